thimble_test(emit thimble_emit thimble_passes)
