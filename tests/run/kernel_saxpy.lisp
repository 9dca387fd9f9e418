;; A kernel with a bounds check, launched from host code (the example of the host page).
(module
  (cuda-lisp
    (define-kernel ((saxpy void) (n int) (a float) (x (ptr float)) (y (ptr float)))
      (declare i int)
      (set i (add [tid.x] (mul [bid.x] [bdim.x])))
      (if (lt i n)
        (store (ptradd y i) (fadd (fmul a (load (ptradd x i))) (load (ptradd y i)))))))
  (c-lisp
    (define ((main int))
      (declare h (ptr float))
      (declare x (ptr float (addrspace 1)))
      (declare y (ptr float (addrspace 1)))
      (declare i int)
      (set h (alloc float 1000))
      (for ((set i 0) (lt i 1000) (set i (add i 1)))
        (store (ptradd h i) (sitofp i float)))
      (set x (device-alloc float 1000))
      (set y (device-alloc float 1000))
      (copy-to-device x h 1000)
      (copy-to-device y h 1000)
      (launch (saxpy 8 128) 1000 2.0 x y)
      (copy-from-device h y 1000)
      (call fprint (load (ptradd h 999)))
      (device-free x)
      (device-free y)
      (ret 0))))
;; expect
;; 2997.000000
