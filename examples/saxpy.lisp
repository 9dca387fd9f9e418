;; y = a*x + y on the device, with random data, checked against the host.
;;   llamac run examples/saxpy.lisp [N]
(module
  (cuda-lisp
    (define-kernel ((saxpy void) (n int) (a float) (x (ptr float)) (y (ptr float)))
      (declare i int)
      (declare stride int)
      (set i (add [tid.x] (mul [bid.x] [bdim.x])))
      (set stride (mul [bdim.x] [gdim.x]))
      ;; A grid-stride loop: any grid works for any n.
      (while (lt i n)
        (store (ptradd y i) (fadd (fmul a (load (ptradd x i))) (load (ptradd y i))))
        (set i (add i stride)))))

  (c-lisp
    (define ((printf int) (format (ptr int8)) (n int) (wrong int) (checksum int64)))
    (define ((atoi int) (text (ptr int8))))
    (define ((malloc (ptr int8)) (bytes int64)))

    (define-global (seed int) (const 1))
    (define-global (fnv-basis int64) (const -3750763034362895579))
    (define-global (fnv-prime int64) (const 1099511628211))

    ;; A linear congruential generator; its 24 upper bits make a float in [-1, 1).
    (define ((random float))
      (set seed (add (mul seed 1664525) 1013904223))
      (ret (fsub (fmul (sitofp (lshr seed 8) float) 1.1920929e-7) 1.0)))

    ;; FNV-1a over the bit patterns of n floats: equal results have equal checksums.
    (define ((checksum int64) (p (ptr float)) (n int))
      (declare hash int64)
      (declare i int)
      (set hash fnv-basis)
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (set hash (mul (xor hash (zext (bitcast (load (ptradd p i)) int) int64)) fnv-prime)))
      (ret hash))

    (define ((random-floats (ptr float)) (n int))
      (declare p (ptr float))
      (declare i int)
      (set p (bitcast (call malloc (mul (sext n int64) (sext 4 int64))) (ptr float)))
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (store (ptradd p i) (call random)))
      (ret p))

    (define ((main int) (argc int) (argv (ptr (ptr int8))))
      (declare n int)
      (declare i int)
      (declare wrong int)
      (declare a float)
      (declare x (ptr float))
      (declare y (ptr float))
      (declare result (ptr float))
      (declare device-x (ptr float (addrspace 1)))
      (declare device-y (ptr float (addrspace 1)))

      (set n 10000)
      (if (gt argc 1) (set n (call atoi (load (ptradd argv 1)))))
      (set a 2.5)
      (set x (call random-floats n))
      (set y (call random-floats n))
      (set result (call random-floats n))

      (set device-x (device-alloc float n))
      (set device-y (device-alloc float n))
      (copy-to-device device-x x n)
      (copy-to-device device-y y n)
      (launch (saxpy 8 128) n a device-x device-y)
      (copy-from-device result device-y n)

      (set wrong 0)
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (if (not (feq (load (ptradd result i))
                      (fadd (fmul a (load (ptradd x i))) (load (ptradd y i)))))
          (set wrong (add wrong 1))))
      (call printf "saxpy n=%d wrong=%d checksum=%016lx\n" n wrong (call checksum result n))
      (ret (select (eq wrong 0) 0 1)))))
