;; test: opt --passes sccp,dce
;; A division that would stop the program is not folded and not removed.
(brilisp (ir-version "1.0")
  (define ((f int))
    (set (a int) (div 7 2))
    (set (b int) (div 7 0))
    (set (c int) (rem -2147483648 -1))
    (set (d int) (udiv 7 2))
    (set (r int) (add a d))
    (ret r)))

;; expect
;; (brilisp (ir-version "1.0")
;;   (define ((f int))
;;     (set (b int) (div 7 0))
;;     (set (c int) (rem -2147483648 -1))
;;     (ret 6)))
