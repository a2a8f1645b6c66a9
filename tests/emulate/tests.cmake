thimble_test(emulate thimble_emulate thimble_import thimble_passes)
# Emulators and their boot code are no part of a product's library interface: their tests include them from here.
target_include_directories(test_emulate PRIVATE ${CMAKE_SOURCE_DIR}/boards/firmware)
