# thimble_folder(NAME [dependency ...]): a static library of every source in src/NAME, warnings on, found as <NAME/...>.
# Folders depend only on folders above them in DESIGN's list, so the dependency graph is the architecture.
set(THIMBLE_WARNINGS -Wall -Wextra -Wpedantic -Wconversion)

function(thimble_folder name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(thimble_${name} STATIC ${sources})
  target_include_directories(thimble_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(thimble_${name} PRIVATE ${THIMBLE_WARNINGS})
  target_link_libraries(thimble_${name} PUBLIC ${ARGN})
endfunction()

# thimble_precompile_torch(TARGET ...): libtorch's headers, half of what compiling a file that includes them takes, are
# read once for all of these. ccache does not know such files.
function(thimble_precompile_torch first)
  target_precompile_headers(${first} PRIVATE <torch/types.h> <fmt/format.h> <nlohmann/json.hpp>)
  foreach(target ${ARGN})
    target_precompile_headers(${target} REUSE_FROM ${first})
  endforeach()
  set_target_properties(${first} ${ARGN} PROPERTIES CXX_COMPILER_LAUNCHER "")
endfunction()

# thimble_test(NAME [dependency ...]): one test program of every tests/NAME/*_test.cpp, each test known to ctest by name.
function(thimble_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/kernels)
  # They spend their time in the libraries and in other programs.
  target_compile_options(test_${name} PRIVATE ${THIMBLE_WARNINGS} $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(test_${name} PRIVATE THIMBLE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" THIMBLE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE ${ARGN} GTest::gtest_main GTest::gmock)
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX ${name}. PROPERTIES TIMEOUT 600)
endfunction()
