# Debian's own dnnl-config.cmake asks for OpenCL's headers, which the CPU part that we use never needs.
find_path(ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp REQUIRED)
find_library(ONEDNN_LIBRARY dnnl REQUIRED)
add_library(tsugi::onednn UNKNOWN IMPORTED)
set_target_properties(tsugi::onednn PROPERTIES
  IMPORTED_LOCATION ${ONEDNN_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${ONEDNN_INCLUDE_DIR})
