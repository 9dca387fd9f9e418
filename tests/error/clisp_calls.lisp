;; Calls that do not match the function's prototype.
(c-lisp
  (define ((two int) (a int) (b float)))
  (define ((nothing void)))
  (define ((f int))
    (call two 1)                                    ;; error: E0417 'two' takes 2 arguments (int, float), received 1
    (call two 1 2)                                  ;; error: E0418 argument 2 of 'two' must be float, found int
    (call)                                          ;; error: E0443 expected the name of a function
    (ret (add 1 (call nothing)))))                  ;; error: E0420 call has no value
