find_package(rapidcheck REQUIRED)
thimble_test(ir thimble_ir rapidcheck)
