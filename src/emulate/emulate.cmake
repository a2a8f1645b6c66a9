# Unicorn runs firmwares in process, Capstone decodes their instructions; no CMake files come with them.
find_path(UNICORN_INCLUDE_DIR unicorn/unicorn.h REQUIRED)
find_library(UNICORN_LIBRARY unicorn REQUIRED)
find_path(CAPSTONE_INCLUDE_DIR capstone/capstone.h REQUIRED)
find_library(CAPSTONE_LIBRARY capstone REQUIRED)
target_include_directories(thimble_emulate SYSTEM PRIVATE ${UNICORN_INCLUDE_DIR} ${CAPSTONE_INCLUDE_DIR})
target_include_directories(thimble_emulate PRIVATE ${CMAKE_SOURCE_DIR}/boards/firmware)
target_link_libraries(thimble_emulate PRIVATE ${UNICORN_LIBRARY} ${CAPSTONE_LIBRARY})

# The instruction counter that QEMU loads. Found at run time beside the programs: bin/../lib/thimble/count.so.
add_library(thimble_count MODULE ${CMAKE_CURRENT_LIST_DIR}/plugin/count.c)
set_target_properties(thimble_count PROPERTIES PREFIX "" OUTPUT_NAME count C_VISIBILITY_PRESET hidden
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/thimble)
target_include_directories(thimble_count PRIVATE ${CMAKE_SOURCE_DIR}/boards/firmware)
target_compile_options(thimble_count PRIVATE ${THIMBLE_WARNINGS} -fno-sanitize=all)
target_link_options(thimble_count PRIVATE -fno-sanitize=all)
add_dependencies(thimble_emulate thimble_count)
