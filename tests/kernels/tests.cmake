thimble_test(kernels thimble_target thimble_reference)

# The same tests of the same kernels with the options of kernels/generic/types.h: rounding once, tiles of columns,
# packed channels.
get_target_property(sources test_kernels SOURCES)
add_executable(test_kernels_optional ${sources})
target_include_directories(test_kernels_optional PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/kernels)
target_compile_options(test_kernels_optional PRIVATE ${THIMBLE_WARNINGS} $<$<CONFIG:Release>:-O1>)
target_compile_definitions(test_kernels_optional PRIVATE THIMBLE_SINGLE_ROUNDING=1 THIMBLE_COLUMN_TILES=1
  THIMBLE_PACKED_CHANNELS=1)
target_link_libraries(test_kernels_optional PRIVATE thimble_target thimble_reference GTest::gtest_main GTest::gmock)
# Headers of several kernels in one source would hide what one lacks.
set_target_properties(test_kernels test_kernels_optional PROPERTIES UNITY_BUILD OFF)
gtest_discover_tests(test_kernels_optional DISCOVERY_MODE PRE_TEST TEST_PREFIX kernels.optional. PROPERTIES TIMEOUT 600)

# Every header by itself, without a warning, for each core that is named in the boards.
add_test(NAME kernels.headers_compile_without_a_warning
  COMMAND ${CMAKE_COMMAND} -DKERNELS=${CMAKE_SOURCE_DIR}/kernels -DWORK=${CMAKE_BINARY_DIR}/kernel_headers
    -DHOST_CC=${CMAKE_C_COMPILER} -P ${CMAKE_SOURCE_DIR}/tests/kernels/compile_headers.cmake)
