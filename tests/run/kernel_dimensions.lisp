;; Three dimensions of grids and workgroups; every work-item writes its own place once.
(module
  (cuda-lisp
    (define-kernel ((number void) (out (ptr int)))
      (declare x int)
      (declare y int)
      (declare z int)
      (declare at int)
      (set x (add [tid.x] (mul [bid.x] [bdim.x])))
      (set y (add [tid.y] (mul [bid.y] [bdim.y])))
      (set z (add [tid.z] (mul [bid.z] [bdim.z])))
      (set at (add x (mul (mul [gdim.x] [bdim.x]) (add y (mul (mul [gdim.y] [bdim.y]) z)))))
      (store (ptradd out at) (add (add x (mul y 100)) (mul z 10000)))))
  (c-lisp
    (define ((main int))
      (declare h (ptr int))
      (declare d (ptr int (addrspace 1)))
      (declare i int)
      (declare wrong int)
      (declare expected int)
      (set h (alloc int 1440))
      (set d (device-alloc int 1440))
      (launch (number 3 2 4 4 5 3) d)
      (copy-from-device h d 1440)
      (set wrong 0)
      (for ((set i 0) (lt i 1440) (set i (add i 1)))
        (set expected (add (rem i 12) (add (mul 100 (rem (div i 12) 10)) (mul 10000 (div i 120)))))
        (if (ne (load (ptradd h i)) expected) (set wrong (add wrong 1))))
      (call print wrong)
      (call print (load (ptradd h 1439)))
      (ret 0))))
;; expect
;; 0
;; 110911
