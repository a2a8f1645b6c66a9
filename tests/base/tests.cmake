thimble_test(base thimble_base rapidcheck)
