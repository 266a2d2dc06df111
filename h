HTTP/1.1 200 OK
Server: nginx
Date: Fri, 27 Nov 2026 21:29:13 GMT
Content-Type: application/json
Content-Length: 323
Connection: keep-alive
cache-control: public, max-age=3600
access-control-allow-origin: *
vary: Accept-Language, Accept-Encoding
content-language: fr
content-security-policy: img-src 'self' data:; worker-src 'self'; manifest-src 'self'; font-src 'self'; script-src 'self'; frame-src 'self'; style-src 'self'; frame-ancestors 'none'; connect-src 'self'; base-uri 'none'; default-src 'none'; form-action 'self'
x-content-type-options: nosniff
referrer-policy: strict-origin-when-cross-origin
cross-origin-opener-policy: same-origin

