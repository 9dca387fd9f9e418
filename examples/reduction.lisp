;; The sum of n floats: each workgroup folds 256 of them as a tree in shared memory, the host adds
;; the partial sums. The data are small whole numbers, so every order of adding gives one answer.
;;   llamac run examples/reduction.lisp [N]
(module
  (cuda-lisp
    (define-shared partial [256 float])

    (define-kernel ((reduce void) (n int) (in (ptr float)) (out (ptr float)))
      (declare i int)
      (declare width int)
      (set i (add [tid.x] (mul [bid.x] 256)))
      (store (aptradd partial [tid.x]) 0.0)
      (if (lt i n) (store (aptradd partial [tid.x]) (load (ptradd in i))))
      (__syncthreads)
      (for ((set width 128) (gt width 0) (set width (div width 2)))
        (if (lt [tid.x] width)
          (store (aptradd partial [tid.x])
                 (fadd (load (aptradd partial [tid.x]))
                       (load (aptradd partial (add [tid.x] width))))))
        (__syncthreads))
      (if (eq [tid.x] 0) (store (ptradd out [bid.x]) (load (aptradd partial 0))))))

  (c-lisp
    (define ((printf int) (format (ptr int8)) (n int) (sum double) (expected double)
             (checksum int64)))
    (define ((atoi int) (text (ptr int8))))
    (define ((malloc (ptr int8)) (bytes int64)))

    (define-global (fnv-basis int64) (const -3750763034362895579))
    (define-global (fnv-prime int64) (const 1099511628211))

    ;; FNV-1a over the bit patterns of n floats: equal results have equal checksums.
    (define ((checksum int64) (p (ptr float)) (n int))
      (declare hash int64)
      (declare i int)
      (set hash fnv-basis)
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (set hash (mul (xor hash (zext (bitcast (load (ptradd p i)) int) int64)) fnv-prime)))
      (ret hash))

    (define ((floats (ptr float)) (n int))
      (ret (bitcast (call malloc (mul (sext n int64) (sext 4 int64))) (ptr float))))

    (define ((sum double) (p (ptr float)) (n int))
      (declare total double)
      (declare i int)
      (set total (fpext 0.0 double))
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (set total (fadd total (fpext (load (ptradd p i)) double))))
      (ret total))

    (define ((main int) (argc int) (argv (ptr (ptr int8))))
      (declare n int)
      (declare groups int)
      (declare i int)
      (declare in (ptr float))
      (declare out (ptr float))
      (declare device-in (ptr float (addrspace 1)))
      (declare device-out (ptr float (addrspace 1)))
      (declare result double)
      (declare expected double)

      (set n 100000)
      (if (gt argc 1) (set n (call atoi (load (ptradd argv 1)))))
      (set groups (div (add n 255) 256))
      (set in (call floats n))
      (set out (call floats groups))
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (store (ptradd in i) (sitofp (rem (mul i 7) 16) float)))

      (set device-in (device-alloc float n))
      (set device-out (device-alloc float groups))
      (copy-to-device device-in in n)
      (launch (reduce groups 256) n device-in device-out)
      (copy-from-device out device-out groups)

      (set result (call sum out groups))
      (set expected (call sum in n))
      (call printf "reduction n=%d sum=%.1f expected=%.1f checksum=%016lx\n"
        n result expected (call checksum out groups))
      (ret (select (feq result expected) 0 1)))))
