# tsugi_part(NAME PUBLIC libs... PRIVATE libs...): the static library of one part, tsugi::NAME, of every .cpp below its
# folder. Sources are found, not listed: adding a method, an optimizer or a metric touches no build file.
function(tsugi_part name)
  cmake_parse_arguments(PART "" "" "PUBLIC;PRIVATE;SOURCES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/program/")  # a program's own main() is no part of the library
  add_library(tsugi_${name} STATIC ${sources} ${PART_SOURCES})
  add_library(tsugi::${name} ALIAS tsugi_${name})
  target_link_libraries(tsugi_${name} PUBLIC tsugi::options ${PART_PUBLIC} PRIVATE ${PART_PRIVATE})
endfunction()
