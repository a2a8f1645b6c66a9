find_package(rapidcheck REQUIRED)
thimble_test(search thimble_search rapidcheck)
