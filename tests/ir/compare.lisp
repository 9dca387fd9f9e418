;; Comparisons (signed, unsigned, ordered floating) and select.
;; call: eq.int8 1 2 => #f
;; call: eq.int8 2 2 => #t
;; call: eq.int8 -1 1 => #f
;; call: eq.int8 1 -128 => #f
;; call: eq.int16 1 2 => #f
;; call: eq.int16 2 2 => #t
;; call: eq.int16 -1 1 => #f
;; call: eq.int16 1 -32768 => #f
;; call: eq.int 1 2 => #f
;; call: eq.int 2 2 => #t
;; call: eq.int -1 1 => #f
;; call: eq.int 1 -2147483648 => #f
;; call: eq.int64 1 2 => #f
;; call: eq.int64 2 2 => #t
;; call: eq.int64 -1 1 => #f
;; call: eq.int64 1 -9223372036854775808 => #f
;; call: eq.bool #f #f => #t
;; call: eq.bool #f #t => #f
;; call: eq.bool #t #f => #f
;; call: eq.bool #t #t => #t
;; call: eq.ptr 4096 4097 => #f
;; call: eq.ptr -1 1 => #f
;; call: ne.int8 1 2 => #t
;; call: ne.int8 2 2 => #f
;; call: ne.int8 -1 1 => #t
;; call: ne.int8 1 -128 => #t
;; call: ne.int16 1 2 => #t
;; call: ne.int16 2 2 => #f
;; call: ne.int16 -1 1 => #t
;; call: ne.int16 1 -32768 => #t
;; call: ne.int 1 2 => #t
;; call: ne.int 2 2 => #f
;; call: ne.int -1 1 => #t
;; call: ne.int 1 -2147483648 => #t
;; call: ne.int64 1 2 => #t
;; call: ne.int64 2 2 => #f
;; call: ne.int64 -1 1 => #t
;; call: ne.int64 1 -9223372036854775808 => #t
;; call: ne.bool #f #f => #f
;; call: ne.bool #f #t => #t
;; call: ne.bool #t #f => #t
;; call: ne.bool #t #t => #f
;; call: ne.ptr 4096 4097 => #t
;; call: ne.ptr -1 1 => #t
;; call: lt.int8 1 2 => #t
;; call: lt.int8 2 2 => #f
;; call: lt.int8 -1 1 => #t
;; call: lt.int8 1 -128 => #f
;; call: lt.int16 1 2 => #t
;; call: lt.int16 2 2 => #f
;; call: lt.int16 -1 1 => #t
;; call: lt.int16 1 -32768 => #f
;; call: lt.int 1 2 => #t
;; call: lt.int 2 2 => #f
;; call: lt.int -1 1 => #t
;; call: lt.int 1 -2147483648 => #f
;; call: lt.int64 1 2 => #t
;; call: lt.int64 2 2 => #f
;; call: lt.int64 -1 1 => #t
;; call: lt.int64 1 -9223372036854775808 => #f
;; call: lt.bool #f #f => #f
;; call: lt.bool #f #t => #f
;; call: lt.bool #t #f => #t
;; call: lt.bool #t #t => #f
;; call: lt.ptr 4096 4097 => #t
;; call: lt.ptr -1 1 => #t
;; call: le.int8 1 2 => #t
;; call: le.int8 2 2 => #t
;; call: le.int8 -1 1 => #t
;; call: le.int8 1 -128 => #f
;; call: le.int16 1 2 => #t
;; call: le.int16 2 2 => #t
;; call: le.int16 -1 1 => #t
;; call: le.int16 1 -32768 => #f
;; call: le.int 1 2 => #t
;; call: le.int 2 2 => #t
;; call: le.int -1 1 => #t
;; call: le.int 1 -2147483648 => #f
;; call: le.int64 1 2 => #t
;; call: le.int64 2 2 => #t
;; call: le.int64 -1 1 => #t
;; call: le.int64 1 -9223372036854775808 => #f
;; call: le.bool #f #f => #t
;; call: le.bool #f #t => #f
;; call: le.bool #t #f => #t
;; call: le.bool #t #t => #t
;; call: le.ptr 4096 4097 => #t
;; call: le.ptr -1 1 => #t
;; call: gt.int8 1 2 => #f
;; call: gt.int8 2 2 => #f
;; call: gt.int8 -1 1 => #f
;; call: gt.int8 1 -128 => #t
;; call: gt.int16 1 2 => #f
;; call: gt.int16 2 2 => #f
;; call: gt.int16 -1 1 => #f
;; call: gt.int16 1 -32768 => #t
;; call: gt.int 1 2 => #f
;; call: gt.int 2 2 => #f
;; call: gt.int -1 1 => #f
;; call: gt.int 1 -2147483648 => #t
;; call: gt.int64 1 2 => #f
;; call: gt.int64 2 2 => #f
;; call: gt.int64 -1 1 => #f
;; call: gt.int64 1 -9223372036854775808 => #t
;; call: gt.bool #f #f => #f
;; call: gt.bool #f #t => #t
;; call: gt.bool #t #f => #f
;; call: gt.bool #t #t => #f
;; call: gt.ptr 4096 4097 => #f
;; call: gt.ptr -1 1 => #f
;; call: ge.int8 1 2 => #f
;; call: ge.int8 2 2 => #t
;; call: ge.int8 -1 1 => #f
;; call: ge.int8 1 -128 => #t
;; call: ge.int16 1 2 => #f
;; call: ge.int16 2 2 => #t
;; call: ge.int16 -1 1 => #f
;; call: ge.int16 1 -32768 => #t
;; call: ge.int 1 2 => #f
;; call: ge.int 2 2 => #t
;; call: ge.int -1 1 => #f
;; call: ge.int 1 -2147483648 => #t
;; call: ge.int64 1 2 => #f
;; call: ge.int64 2 2 => #t
;; call: ge.int64 -1 1 => #f
;; call: ge.int64 1 -9223372036854775808 => #t
;; call: ge.bool #f #f => #t
;; call: ge.bool #f #t => #t
;; call: ge.bool #t #f => #f
;; call: ge.bool #t #t => #t
;; call: ge.ptr 4096 4097 => #f
;; call: ge.ptr -1 1 => #f
;; call: ult.int8 1 2 => #t
;; call: ult.int8 2 2 => #f
;; call: ult.int8 -1 1 => #f
;; call: ult.int8 1 -128 => #t
;; call: ult.int16 1 2 => #t
;; call: ult.int16 2 2 => #f
;; call: ult.int16 -1 1 => #f
;; call: ult.int16 1 -32768 => #t
;; call: ult.int 1 2 => #t
;; call: ult.int 2 2 => #f
;; call: ult.int -1 1 => #f
;; call: ult.int 1 -2147483648 => #t
;; call: ult.int64 1 2 => #t
;; call: ult.int64 2 2 => #f
;; call: ult.int64 -1 1 => #f
;; call: ult.int64 1 -9223372036854775808 => #t
;; call: ult.bool #f #f => #f
;; call: ult.bool #f #t => #t
;; call: ult.bool #t #f => #f
;; call: ult.bool #t #t => #f
;; call: ult.ptr 4096 4097 => #t
;; call: ult.ptr -1 1 => #f
;; call: ule.int8 1 2 => #t
;; call: ule.int8 2 2 => #t
;; call: ule.int8 -1 1 => #f
;; call: ule.int8 1 -128 => #t
;; call: ule.int16 1 2 => #t
;; call: ule.int16 2 2 => #t
;; call: ule.int16 -1 1 => #f
;; call: ule.int16 1 -32768 => #t
;; call: ule.int 1 2 => #t
;; call: ule.int 2 2 => #t
;; call: ule.int -1 1 => #f
;; call: ule.int 1 -2147483648 => #t
;; call: ule.int64 1 2 => #t
;; call: ule.int64 2 2 => #t
;; call: ule.int64 -1 1 => #f
;; call: ule.int64 1 -9223372036854775808 => #t
;; call: ule.bool #f #f => #t
;; call: ule.bool #f #t => #t
;; call: ule.bool #t #f => #f
;; call: ule.bool #t #t => #t
;; call: ule.ptr 4096 4097 => #t
;; call: ule.ptr -1 1 => #f
;; call: ugt.int8 1 2 => #f
;; call: ugt.int8 2 2 => #f
;; call: ugt.int8 -1 1 => #t
;; call: ugt.int8 1 -128 => #f
;; call: ugt.int16 1 2 => #f
;; call: ugt.int16 2 2 => #f
;; call: ugt.int16 -1 1 => #t
;; call: ugt.int16 1 -32768 => #f
;; call: ugt.int 1 2 => #f
;; call: ugt.int 2 2 => #f
;; call: ugt.int -1 1 => #t
;; call: ugt.int 1 -2147483648 => #f
;; call: ugt.int64 1 2 => #f
;; call: ugt.int64 2 2 => #f
;; call: ugt.int64 -1 1 => #t
;; call: ugt.int64 1 -9223372036854775808 => #f
;; call: ugt.bool #f #f => #f
;; call: ugt.bool #f #t => #f
;; call: ugt.bool #t #f => #t
;; call: ugt.bool #t #t => #f
;; call: ugt.ptr 4096 4097 => #f
;; call: ugt.ptr -1 1 => #t
;; call: uge.int8 1 2 => #f
;; call: uge.int8 2 2 => #t
;; call: uge.int8 -1 1 => #t
;; call: uge.int8 1 -128 => #f
;; call: uge.int16 1 2 => #f
;; call: uge.int16 2 2 => #t
;; call: uge.int16 -1 1 => #t
;; call: uge.int16 1 -32768 => #f
;; call: uge.int 1 2 => #f
;; call: uge.int 2 2 => #t
;; call: uge.int -1 1 => #t
;; call: uge.int 1 -2147483648 => #f
;; call: uge.int64 1 2 => #f
;; call: uge.int64 2 2 => #t
;; call: uge.int64 -1 1 => #t
;; call: uge.int64 1 -9223372036854775808 => #f
;; call: uge.bool #f #f => #t
;; call: uge.bool #f #t => #f
;; call: uge.bool #t #f => #t
;; call: uge.bool #t #t => #t
;; call: uge.ptr 4096 4097 => #f
;; call: uge.ptr -1 1 => #t
;; call: feq.float 1.5 2.5 => #f
;; call: feq.float 2.5 1.5 => #f
;; call: feq.float 0.0 -0.0 => #t
;; call: feq.float nan nan => #f
;; call: feq.float nan 1.0 => #f
;; call: feq.float 1.0 nan => #f
;; call: feq.float -inf inf => #f
;; call: feq.double 1.5 2.5 => #f
;; call: feq.double 2.5 1.5 => #f
;; call: feq.double 0.0 -0.0 => #t
;; call: feq.double nan nan => #f
;; call: feq.double nan 1.0 => #f
;; call: feq.double 1.0 nan => #f
;; call: feq.double -inf inf => #f
;; call: fne.float 1.5 2.5 => #t
;; call: fne.float 2.5 1.5 => #t
;; call: fne.float 0.0 -0.0 => #f
;; call: fne.float nan nan => #f
;; call: fne.float nan 1.0 => #f
;; call: fne.float 1.0 nan => #f
;; call: fne.float -inf inf => #t
;; call: fne.double 1.5 2.5 => #t
;; call: fne.double 2.5 1.5 => #t
;; call: fne.double 0.0 -0.0 => #f
;; call: fne.double nan nan => #f
;; call: fne.double nan 1.0 => #f
;; call: fne.double 1.0 nan => #f
;; call: fne.double -inf inf => #t
;; call: flt.float 1.5 2.5 => #t
;; call: flt.float 2.5 1.5 => #f
;; call: flt.float 0.0 -0.0 => #f
;; call: flt.float nan nan => #f
;; call: flt.float nan 1.0 => #f
;; call: flt.float 1.0 nan => #f
;; call: flt.float -inf inf => #t
;; call: flt.double 1.5 2.5 => #t
;; call: flt.double 2.5 1.5 => #f
;; call: flt.double 0.0 -0.0 => #f
;; call: flt.double nan nan => #f
;; call: flt.double nan 1.0 => #f
;; call: flt.double 1.0 nan => #f
;; call: flt.double -inf inf => #t
;; call: fle.float 1.5 2.5 => #t
;; call: fle.float 2.5 1.5 => #f
;; call: fle.float 0.0 -0.0 => #t
;; call: fle.float nan nan => #f
;; call: fle.float nan 1.0 => #f
;; call: fle.float 1.0 nan => #f
;; call: fle.float -inf inf => #t
;; call: fle.double 1.5 2.5 => #t
;; call: fle.double 2.5 1.5 => #f
;; call: fle.double 0.0 -0.0 => #t
;; call: fle.double nan nan => #f
;; call: fle.double nan 1.0 => #f
;; call: fle.double 1.0 nan => #f
;; call: fle.double -inf inf => #t
;; call: fgt.float 1.5 2.5 => #f
;; call: fgt.float 2.5 1.5 => #t
;; call: fgt.float 0.0 -0.0 => #f
;; call: fgt.float nan nan => #f
;; call: fgt.float nan 1.0 => #f
;; call: fgt.float 1.0 nan => #f
;; call: fgt.float -inf inf => #f
;; call: fgt.double 1.5 2.5 => #f
;; call: fgt.double 2.5 1.5 => #t
;; call: fgt.double 0.0 -0.0 => #f
;; call: fgt.double nan nan => #f
;; call: fgt.double nan 1.0 => #f
;; call: fgt.double 1.0 nan => #f
;; call: fgt.double -inf inf => #f
;; call: fge.float 1.5 2.5 => #f
;; call: fge.float 2.5 1.5 => #t
;; call: fge.float 0.0 -0.0 => #t
;; call: fge.float nan nan => #f
;; call: fge.float nan 1.0 => #f
;; call: fge.float 1.0 nan => #f
;; call: fge.float -inf inf => #f
;; call: fge.double 1.5 2.5 => #f
;; call: fge.double 2.5 1.5 => #t
;; call: fge.double 0.0 -0.0 => #t
;; call: fge.double nan nan => #f
;; call: fge.double nan 1.0 => #f
;; call: fge.double 1.0 nan => #f
;; call: fge.double -inf inf => #f
;; call: select.bool #t #t #f => #t
;; call: select.bool #f #t #f => #f
;; call: select.int8 #t -1 2 => -1
;; call: select.int8 #f -1 2 => 2
;; call: select.int64 #t 5 -6 => 5
;; call: select.int64 #f 5 -6 => -6
;; call: select.float #t 1.5 nan => 1.5
;; call: select.float #f 1.5 nan => nan
;; call: select.double #t 0.1 0.2 => 0.1
;; call: select.double #f 0.1 0.2 => 0.2
;; call: select.ptr #t 5000 6000 => 5000
;; call: select.ptr #f 5000 6000 => 6000
(brilisp (ir-version "1.0")
  (define ((eq.int8 bool) (a int8) (b int8)) (set (r bool) (eq a b)) (ret r))
  (define ((eq.int16 bool) (a int16) (b int16)) (set (r bool) (eq a b)) (ret r))
  (define ((eq.int bool) (a int) (b int)) (set (r bool) (eq a b)) (ret r))
  (define ((eq.int64 bool) (a int64) (b int64)) (set (r bool) (eq a b)) (ret r))
  (define ((eq.bool bool) (a bool) (b bool)) (set (r bool) (eq a b)) (ret r))
  (define ((eq.ptr bool) (a ptr) (b ptr)) (set (r bool) (eq a b)) (ret r))
  (define ((ne.int8 bool) (a int8) (b int8)) (set (r bool) (ne a b)) (ret r))
  (define ((ne.int16 bool) (a int16) (b int16)) (set (r bool) (ne a b)) (ret r))
  (define ((ne.int bool) (a int) (b int)) (set (r bool) (ne a b)) (ret r))
  (define ((ne.int64 bool) (a int64) (b int64)) (set (r bool) (ne a b)) (ret r))
  (define ((ne.bool bool) (a bool) (b bool)) (set (r bool) (ne a b)) (ret r))
  (define ((ne.ptr bool) (a ptr) (b ptr)) (set (r bool) (ne a b)) (ret r))
  (define ((lt.int8 bool) (a int8) (b int8)) (set (r bool) (lt a b)) (ret r))
  (define ((lt.int16 bool) (a int16) (b int16)) (set (r bool) (lt a b)) (ret r))
  (define ((lt.int bool) (a int) (b int)) (set (r bool) (lt a b)) (ret r))
  (define ((lt.int64 bool) (a int64) (b int64)) (set (r bool) (lt a b)) (ret r))
  (define ((lt.bool bool) (a bool) (b bool)) (set (r bool) (lt a b)) (ret r))
  (define ((lt.ptr bool) (a ptr) (b ptr)) (set (r bool) (lt a b)) (ret r))
  (define ((le.int8 bool) (a int8) (b int8)) (set (r bool) (le a b)) (ret r))
  (define ((le.int16 bool) (a int16) (b int16)) (set (r bool) (le a b)) (ret r))
  (define ((le.int bool) (a int) (b int)) (set (r bool) (le a b)) (ret r))
  (define ((le.int64 bool) (a int64) (b int64)) (set (r bool) (le a b)) (ret r))
  (define ((le.bool bool) (a bool) (b bool)) (set (r bool) (le a b)) (ret r))
  (define ((le.ptr bool) (a ptr) (b ptr)) (set (r bool) (le a b)) (ret r))
  (define ((gt.int8 bool) (a int8) (b int8)) (set (r bool) (gt a b)) (ret r))
  (define ((gt.int16 bool) (a int16) (b int16)) (set (r bool) (gt a b)) (ret r))
  (define ((gt.int bool) (a int) (b int)) (set (r bool) (gt a b)) (ret r))
  (define ((gt.int64 bool) (a int64) (b int64)) (set (r bool) (gt a b)) (ret r))
  (define ((gt.bool bool) (a bool) (b bool)) (set (r bool) (gt a b)) (ret r))
  (define ((gt.ptr bool) (a ptr) (b ptr)) (set (r bool) (gt a b)) (ret r))
  (define ((ge.int8 bool) (a int8) (b int8)) (set (r bool) (ge a b)) (ret r))
  (define ((ge.int16 bool) (a int16) (b int16)) (set (r bool) (ge a b)) (ret r))
  (define ((ge.int bool) (a int) (b int)) (set (r bool) (ge a b)) (ret r))
  (define ((ge.int64 bool) (a int64) (b int64)) (set (r bool) (ge a b)) (ret r))
  (define ((ge.bool bool) (a bool) (b bool)) (set (r bool) (ge a b)) (ret r))
  (define ((ge.ptr bool) (a ptr) (b ptr)) (set (r bool) (ge a b)) (ret r))
  (define ((ult.int8 bool) (a int8) (b int8)) (set (r bool) (ult a b)) (ret r))
  (define ((ult.int16 bool) (a int16) (b int16)) (set (r bool) (ult a b)) (ret r))
  (define ((ult.int bool) (a int) (b int)) (set (r bool) (ult a b)) (ret r))
  (define ((ult.int64 bool) (a int64) (b int64)) (set (r bool) (ult a b)) (ret r))
  (define ((ult.bool bool) (a bool) (b bool)) (set (r bool) (ult a b)) (ret r))
  (define ((ult.ptr bool) (a ptr) (b ptr)) (set (r bool) (ult a b)) (ret r))
  (define ((ule.int8 bool) (a int8) (b int8)) (set (r bool) (ule a b)) (ret r))
  (define ((ule.int16 bool) (a int16) (b int16)) (set (r bool) (ule a b)) (ret r))
  (define ((ule.int bool) (a int) (b int)) (set (r bool) (ule a b)) (ret r))
  (define ((ule.int64 bool) (a int64) (b int64)) (set (r bool) (ule a b)) (ret r))
  (define ((ule.bool bool) (a bool) (b bool)) (set (r bool) (ule a b)) (ret r))
  (define ((ule.ptr bool) (a ptr) (b ptr)) (set (r bool) (ule a b)) (ret r))
  (define ((ugt.int8 bool) (a int8) (b int8)) (set (r bool) (ugt a b)) (ret r))
  (define ((ugt.int16 bool) (a int16) (b int16)) (set (r bool) (ugt a b)) (ret r))
  (define ((ugt.int bool) (a int) (b int)) (set (r bool) (ugt a b)) (ret r))
  (define ((ugt.int64 bool) (a int64) (b int64)) (set (r bool) (ugt a b)) (ret r))
  (define ((ugt.bool bool) (a bool) (b bool)) (set (r bool) (ugt a b)) (ret r))
  (define ((ugt.ptr bool) (a ptr) (b ptr)) (set (r bool) (ugt a b)) (ret r))
  (define ((uge.int8 bool) (a int8) (b int8)) (set (r bool) (uge a b)) (ret r))
  (define ((uge.int16 bool) (a int16) (b int16)) (set (r bool) (uge a b)) (ret r))
  (define ((uge.int bool) (a int) (b int)) (set (r bool) (uge a b)) (ret r))
  (define ((uge.int64 bool) (a int64) (b int64)) (set (r bool) (uge a b)) (ret r))
  (define ((uge.bool bool) (a bool) (b bool)) (set (r bool) (uge a b)) (ret r))
  (define ((uge.ptr bool) (a ptr) (b ptr)) (set (r bool) (uge a b)) (ret r))
  (define ((feq.float bool) (a float) (b float)) (set (r bool) (feq a b)) (ret r))
  (define ((feq.double bool) (a double) (b double)) (set (r bool) (feq a b)) (ret r))
  (define ((fne.float bool) (a float) (b float)) (set (r bool) (fne a b)) (ret r))
  (define ((fne.double bool) (a double) (b double)) (set (r bool) (fne a b)) (ret r))
  (define ((flt.float bool) (a float) (b float)) (set (r bool) (flt a b)) (ret r))
  (define ((flt.double bool) (a double) (b double)) (set (r bool) (flt a b)) (ret r))
  (define ((fle.float bool) (a float) (b float)) (set (r bool) (fle a b)) (ret r))
  (define ((fle.double bool) (a double) (b double)) (set (r bool) (fle a b)) (ret r))
  (define ((fgt.float bool) (a float) (b float)) (set (r bool) (fgt a b)) (ret r))
  (define ((fgt.double bool) (a double) (b double)) (set (r bool) (fgt a b)) (ret r))
  (define ((fge.float bool) (a float) (b float)) (set (r bool) (fge a b)) (ret r))
  (define ((fge.double bool) (a double) (b double)) (set (r bool) (fge a b)) (ret r))
  (define ((select.bool bool) (c bool) (a bool) (b bool)) (set (r bool) (select c a b)) (ret r))
  (define ((select.int8 int8) (c bool) (a int8) (b int8)) (set (r int8) (select c a b)) (ret r))
  (define ((select.int64 int64) (c bool) (a int64) (b int64)) (set (r int64) (select c a b)) (ret r))
  (define ((select.float float) (c bool) (a float) (b float)) (set (r float) (select c a b)) (ret r))
  (define ((select.double double) (c bool) (a double) (b double)) (set (r double) (select c a b)) (ret r))
  (define ((select.ptr ptr) (c bool) (a ptr) (b ptr)) (set (r ptr) (select c a b)) (ret r)))
