thimble_test(target thimble_target)
