;; Copies between device buffers, several launches in order, empty grids, freeing null.
(module
  (cuda-lisp
    (define-kernel ((double-up void) (p (ptr int64)) (n int))
      (declare i int)
      (set i (add [tid.x] (mul [bid.x] [bdim.x])))
      (if (lt i n) (store (ptradd p i) (mul (load (ptradd p i)) (sext 2 int64))))))
  (c-lisp
    (define ((main int))
      (declare h (ptr int64))
      (declare a (ptr int64 (addrspace 1)))
      (declare b (ptr int64 (addrspace 1)))
      (declare i int)
      (set h (alloc int64 100))
      (for ((set i 0) (lt i 100) (set i (add i 1))) (store (ptradd h i) (sext i int64)))
      (set a (device-alloc int64 100))
      (set b (device-alloc int64 (sext 100 int64)))
      (copy-to-device a h 100)
      (for ((set i 0) (lt i 5) (set i (add i 1)))
        (launch (double-up 2 64) a 100))
      (copy-on-device b a 100)
      (launch (double-up 0 64) b 100)
      (launch (double-up 2 64) b 50)
      (device-sync)
      (copy-from-device h b 100)
      (call int64_print (load (ptradd h 49)))
      (call int64_print (load (ptradd h 50)))
      (copy-from-device h a 10)
      (call int64_print (load (ptradd h 9)))
      (device-free a)
      (device-free b)
      (device-free (inttoptr 0 (ptr int64 (addrspace 1))))
      (ret 0))))
;; expect
;; 3136
;; 1600
;; 288
