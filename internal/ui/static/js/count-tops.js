// The last labels that make a link of words with a dot between them: the list
// of internal/base/textkit/toplevel.go, kept the same by a test.
export const tops = new Set(`
  com org net info biz edu gov mil int eu name pro jobs mobi tel asia cat coop aero museum travel post example test app dev page
  blog shop store site online tech cloud xyz web wiki link click email chat social community network news press media studio
  games game agency design art arts photo photos video film music radio show tube live life world today love fun club team group
  events event tickets party dance theater gallery school academy university college courses science education digital systems
  solutions software services support help tools studio company business center centre finance bank insurance legal restaurant
  bar pub cafe wine beer coffee bio organic garden farm fish green eco energy earth city town village house home immo immobilien
  tours voyage hotel boutique fashion style beauty fit run bike bet casino gmbh ltd inc llc sarl ong ngo bzh paris alsace corsica
  berlin wien brussels vlaanderen london scot wales cymru nyc quebec gal eus cat frl ac ad ae af ag ai al am ao aq ar as at au aw
  ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk
  dm do dz ec ee eg er es et fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il
  im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm
  mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re
  ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua
  ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw рф укр бел срб қаз мкд мон ею бг рус орг онлайн сайт ελ ευ 中国 中國 香港 台湾
  台灣 澳門 한국 ไทย भारत مصر السعودية امارات المغرب الجزائر تونس ישראל
`.trim().split(/\s+/));
