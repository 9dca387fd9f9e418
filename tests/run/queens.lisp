;; Eight queens by backtracking with bit masks.
;; run: 8
(c-lisp
  (define ((print int) (n int)))
  (define ((atoi int) (s (ptr int8))))
  (define-inline-brilisp ((bits-and int) (a int) (b int)) (set (c int) (and a b)) (ret c))
  (define-inline-brilisp ((bits-or int) (a int) (b int)) (set (c int) (or a b)) (ret c))
  (define ((solve int) (all int) (columns int) (left int) (right int))
    (declare free int)
    (declare bit int)
    (declare count int)
    (if (eq columns all) (ret 1))
    (set count 0)
    (set free (call bits-and all (xor -1 (call bits-or columns (call bits-or left right)))))
    (while (ne free 0)
      (set bit (call bits-and free (sub 0 free)))
      (set free (xor free bit))
      (set count (add count (call solve all (call bits-or columns bit)
                                       (shl (call bits-or left bit) 1)
                                       (lshr (call bits-or right bit) 1)))))
    (ret count))
  (define ((main int) (argc int) (argv (ptr (ptr int8))))
    (call print (call solve (sub (shl 1 (call atoi (load (ptradd argv 1)))) 1) 0 0 0))
    (ret 0)))
;; expect
;; 92
