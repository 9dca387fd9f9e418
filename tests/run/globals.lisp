;; Globals of every type: initial values, assignment, pointers to globals, zero by default.
(c-lisp
  (define ((print int) (n int)))
  (define ((int64_print int64) (n int64)))
  (define ((fprint float) (x float)))
  (define ((dprint double) (x double)))
  (define-struct config (level int) (scale double) (tags (arr 2 int8)))
  (define-global (small int8) (const 200))
  (define-global (counter int))
  (define-global (big int64) (const 1099511627776))
  (define-global (ratio float) (const 0.5))
  (define-global (third double) (const 0.1))
  (define-global (on bool) (const #t))
  (define-global (config (struct config)) (const (3 2.5 (7 8))))
  (define-global (where (ptr int)) (ptr-to counter))
  (define-global (nowhere (ptr int)))
  (define ((tick int)) (ret (set counter (add counter 1))))
  (define ((main int))
    (declare c (struct config))
    (call print (sext small int))
    (call print counter)
    (call int64_print big)
    (call fprint ratio)
    (call dprint third)
    (call print (select on 1 0))
    (call tick)
    (call print (add (mul (call tick) 10) (call tick)))
    (call print (load where))
    (store where 50)
    (call print counter)
    (call print (select (eq (ptrtoint nowhere int64) (sext 0 int64)) 1 0))
    (set c config)
    (call dprint (extractvalue c 1))
    (set c (insertvalue c 4 0))
    (set config c)
    (call print (extractvalue config 0))
    (ret 0)))
;; expect
;; -56
;; 0
;; 1099511627776
;; 0.500000
;; 0.100000
;; 1
;; 23
;; 3
;; 50
;; 1
;; 2.500000
;; 4
