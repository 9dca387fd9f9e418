;; test: opt --passes simplify
;; x * 1, x / 4 and x - 0.0 are exact; x + 0.0 and x - x are not what they seem.
(brilisp (ir-version "1.0")
  (define ((f float) (x float))
    (set (a float) (fmul 1.0 x))
    (set (b float) (fdiv a 4.0))
    (set (c float) (fsub b 0.0))
    (set (d float) (fadd c 0.0))
    (set (e float) (fsub d d))
    (set (g float) (fdiv e 3.0))
    (ret g)))

;; expect
;; (brilisp (ir-version "1.0")
;;   (define ((f float) (x float))
;;     (set (v13 float) (fmul x 0.25))
;;     (set (d float) (fadd v13 0.0))
;;     (set (e float) (fsub d d))
;;     (set (g float) (fdiv e 3.0))
;;     (ret g)))
