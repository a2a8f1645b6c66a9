if(THIMBLE_TRAIN)
  thimble_test(train thimble_train thimble_reference)
endif()
