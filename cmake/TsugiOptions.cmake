# One interface target that every part links: language rules, warnings, sanitizers.
add_library(tsugi_options INTERFACE)
add_library(tsugi::options ALIAS tsugi_options)

target_include_directories(tsugi_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tsugi_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wold-style-cast -Woverloaded-virtual -Wnon-virtual-dtor -Werror
  # The same bits on every instruction set: a*b+c may not become one fused operation where the source has two.
  -ffp-contract=off)

if(TSUGI_ASSERTIONS)
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
  string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
endif()

if(TSUGI_SANITIZE)
  target_compile_options(tsugi_options INTERFACE
    # g++ 12 warns falsely about std::string and std::regex under other optimisations than -O3 (GCC bugs 105651, 105562)
    -Wno-restrict -Wno-maybe-uninitialized
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tsugi_options INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(tsugi_options INTERFACE TSUGI_SANITIZE=1)
endif()
