create table customer (
  id   bigint primary key,
  name varchar(80) not null,
  city varchar(60) not null
);

create table orders (
  id          bigint primary key,
  customer_id bigint not null references customer (id),
  status      varchar(16) not null,
  placed_at   timestamp not null
);

create table order_line (
  order_id   bigint not null references orders (id),
  position   int not null,
  product    varchar(80) not null,
  quantity   int not null,
  unit_price decimal(10, 2) not null,
  primary key (order_id, position)
);
