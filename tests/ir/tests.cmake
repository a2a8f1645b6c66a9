find_package(rapidcheck REQUIRED)
thimble_test(ir thimble_ir thimble_import thimble_passes rapidcheck)
