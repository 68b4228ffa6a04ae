-- 500 customers, 5000 orders, one to five lines each; the same at every start.
insert into customer (id, name, city)
select x,
       array['Ada', 'Bela', 'Chiara', 'Dmitri', 'Elif', 'Femke', 'Goran', 'Hanna'][mod(x, 8) + 1] || ' '
         || array['Almeida', 'Berger', 'Costa', 'Dahl', 'Evans', 'Fischer', 'Garcia'][mod(x, 7) + 1],
       array['Bergen', 'Gdansk', 'Hamburg', 'Lisbon', 'Marseille', 'Rotterdam'][mod(x, 6) + 1]
  from system_range(1, 500);

insert into orders (id, customer_id, status, placed_at)
select x,
       mod(x * 37, 500) + 1,
       array['NEW', 'PAID', 'SHIPPED', 'DELIVERED'][mod(x, 4) + 1],
       dateadd('minute', x * 7, timestamp '2026-01-01 08:00:00')
  from system_range(1, 5000);

insert into order_line (order_id, position, product, quantity, unit_price)
select o.id,
       p.x,
       array['Anchor chain', 'Boat hook', 'Cleat', 'Dinghy', 'Ensign', 'Fender', 'Galley lamp'][mod(o.id + p.x, 7) + 1],
       mod(o.id * p.x, 4) + 1,
       cast(mod(o.id * 31 + p.x * 17, 9000) + 199 as decimal(10, 2)) / 100
  from orders o
  join system_range(1, 5) p on p.x <= mod(o.id, 5) + 1;
