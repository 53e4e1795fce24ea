"""A stand-in Salto KS: identity server, Connect API, IQs and locks on one port.

Start it from the repository root with ``python -m simulator``. It keeps everything in
memory, speaks plain HTTP/1.1, and refuses what Salto refuses. Where the vendor's guides
leave an answer open, the code says "inferred".

How it is built, from the wire inwards:

===================== ===============================================================
``server``            sockets: reads requests, plays faults, writes answers
``app``               gives each request to identity, Connect API, control or page
``faults``            what shall go wrong, for which requests
``web``, ``routing``  a request, an answer, a refusal; which handler a path means
``identity``          tokens
``api``               the Connect API's door: token, version, ids, rights; then
                      ``api_sites  api_hardware  api_people  api_groups  api_entries``
``call``              what handlers get: request, world, caller
``odata``             filters, order and paging of lists
``activation``        one user on one IQ: secret, PIN, change of PIN
``otp_check``         does this OTP hold now, and who is blocked
``shapes``            things as the Connect API shows them
``things``, ``world`` what exists; ``standing``, ``populate``: what is there at first
``control``           the other side of the stage, below; ``views``: what it shows
===================== ===============================================================

Control (JSON, from this machine only; an unknown key is refused with the known ones):

* ``GET /_sim/state`` -- locks (with the number of real remote unlocks), IQs, users,
  access groups, and the last 10,000 requests to identity server and Connect API (one
  whose answer was lost, or is not given yet, has the status ``null``)
* ``GET /_sim/building`` -- the same building as the page shows it
* ``GET /_sim/outbox`` -- text messages and e-mails "sent" by Salto, oldest first
* ``POST /_sim/reset`` -- the standing set, as after a start: no tokens, no faults
* ``POST /_sim/clock {"offset_s": n}`` -- shifts the simulator's time, also the ``Date``
  header. Tokens, blocks and opened doors age with it
* ``POST /_sim/faults {"method", "path", "fault", "status", "seconds", "headers",
  "body", "times"}`` -- see ``faults``; ``GET`` lists them, ``DELETE`` ends them
* ``GET``, ``POST /_sim/settings {…}`` -- see ``things.Settings``
* ``POST /_sim/tokens {"expire_all": true, "revoke_refresh": true, "lifetime_s": n}``
* ``POST /_sim/sites/{id} {"subscribed_user_amount": n, "remote_opening": false,
  "iqs": m, "locks": n}`` -- the last two build on until the site has so many:
  ``IQ 02``, ``Room 011`` and so on, evenly spread, at most 16 locks on an IQ
* ``POST /_sim/iqs/{id} {"online": false, "rotate_secret": true,
  "restore_required": true, "reset_pins": true}`` -- ``rotate_secret`` is what the phone
  app does, ``reset_pins`` what the site's owner does so that all may activate again
* ``POST /_sim/locks/{id} {"online", "battery_level", "privacy_mode",
  "left_open_alarm", "intrusion_alarm", "customer_reference", "iq_id"}``
* ``POST /_sim/users/{site-user id} {"blocked", "remote_access", "subscription_state",
  "role", "password"}``
* ``POST /_sim/entries {"lock_id", …}`` -- what a tag or PIN did at a door: any field of
  an entry; ``lock_opened`` also swings the door
"""
