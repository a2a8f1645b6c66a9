thimble_test(cost thimble_cost thimble_plan)
