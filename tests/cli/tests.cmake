thimble_test(cli thimble_export thimble_data thimble_base)
target_compile_definitions(test_cli PRIVATE THIMBLE_PROGRAM="$<TARGET_FILE:thimble>")
add_dependencies(test_cli thimble)
