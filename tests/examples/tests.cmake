# The examples' own C, but for main programs, in one test program.
thimble_test(examples thimble_emulate thimble_data)
file(GLOB example_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/examples/rows/*.c)
list(FILTER example_sources EXCLUDE REGEX "/main\\.c$")
target_sources(test_examples PRIVATE ${example_sources})
target_include_directories(test_examples PRIVATE ${CMAKE_SOURCE_DIR}/examples)
# Each is a file that a user copies.
set_target_properties(test_examples PROPERTIES UNITY_BUILD OFF)
