;; BriLisp: labels, jumps, mutable variables, constants of every type.
(brilisp
  (define ((print int) (n int)))
  (define ((dprint double) (x double)))
  (define ((int64_print int64) (n int64)))
  (define ((main int))
    (set (i int) (const 0))
    (set (sum int) (const 0))
    (label head)
    (set (go bool) (lt i 10))
    (br go body done)
    (label body)
    (set (sum int) (add sum i))
    (set (i int) (add i 1))
    (jmp head)
    (label done)
    (set (_ void) (call print sum))
    (set (d double) (const 0.1))
    (set (_ void) (call dprint d))
    (set (b int8) (const 200))
    (set (n int) (sext b))
    (set (_ void) (call print n))
    (set (l int64) (const 5000000000))
    (set (_ void) (call int64_print l))
    (set (t bool) (const true))
    (set (n int) (zext t))
    (set (_ void) (call print n))
    (set (n int) (sext t))
    (set (_ void) (call print n))
    (ret 0)))
;; expect
;; 45
;; 0.100000
;; -56
;; 5000000000
;; 1
;; -1
