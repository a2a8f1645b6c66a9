thimble_test(kernels thimble_target thimble_reference)

# Every header by itself, without a warning, for each core that is named in the boards.
add_test(NAME kernels.headers_compile_without_a_warning
  COMMAND ${CMAKE_COMMAND} -DKERNELS=${CMAKE_SOURCE_DIR}/kernels -DWORK=${CMAKE_BINARY_DIR}/kernel_headers
    -DHOST_CC=${CMAKE_C_COMPILER} -P ${CMAKE_SOURCE_DIR}/tests/kernels/compile_headers.cmake)
