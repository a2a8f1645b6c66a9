thimble_test(data thimble_data rapidcheck)
