;; Device forms whose operands do not fit.
(module
  (cuda-lisp
    (define-kernel ((k void) (p (ptr float)) (n int)) ()))
  (c-lisp
    (define ((main int))
      (declare h (ptr float))
      (declare d (ptr float (addrspace 1)))
      (declare e (ptr int (addrspace 1)))
      (set h (alloc float 4))
      (set d (device-alloc float 4))
      (set e (device-alloc int 4.0))                ;; error: E0444 the number of elements must be an integer
      (copy-to-device h d 4)                        ;; error: E0444 must be a device pointer
      (copy-to-device e h 4)                        ;; error: E0444 elements of one type
      (launch (k 1) d 4)                            ;; error: E0444 a kernel's name with 2, 4 or 6 sizes
      (launch (k 1 4) h 4)                          ;; error: E0418 argument 1 of kernel 'k' must be
      (launch (k 1 4) d)                            ;; error: E0417 kernel 'k' takes 2 arguments, received 1
      (launch (kk 1 4) d 4)                         ;; error: E0416 launch of undeclared kernel 'kk'
      (device-free h)                               ;; error: E0444 device-free needs a device pointer
      (ret 0))))
