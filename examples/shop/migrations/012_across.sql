-- Sales, stock and opinion of every product in one place. The dashboard and the nightly report read it.
CREATE VIEW product_performance AS
SELECT
  p.id AS product_id,
  p.name,
  coalesce(s.on_hand, 0) AS on_hand,
  coalesce(sold.quantity, 0) AS sold,
  coalesce(sold.revenue_cents, 0) AS revenue_cents,
  coalesce(opinion.reviews, 0) AS reviews,
  opinion.average
FROM products p
LEFT JOIN stock s ON s.product_id = p.id
LEFT JOIN (
  SELECT i.product_id, sum(i.quantity)::integer AS quantity, sum(i.quantity * i.price_cents)::bigint AS revenue_cents
  FROM order_items i JOIN orders o ON o.id = i.order_id
  WHERE o.status <> 'cancelled'
  GROUP BY i.product_id
) sold ON sold.product_id = p.id
LEFT JOIN (
  SELECT r.product_id, count(*)::integer AS reviews, round(avg(r.stars), 2) AS average
  FROM reviews r WHERE r.status = 'published'
  GROUP BY r.product_id
) opinion ON opinion.product_id = p.id;

-- Cancelling reaches into five contexts. It grew here because it once was called from two applications.
CREATE FUNCTION cancel_order(cancelled_order bigint, why text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  customer bigint;
  paid record;
BEGIN
  UPDATE public.orders SET status = 'cancelled', updated_at = now()
  WHERE id = cancelled_order AND status IN ('placed', 'paid', 'packed')
  RETURNING user_id INTO customer;
  IF NOT FOUND THEN
    RETURN false;
  END IF;

  UPDATE public.stock s SET on_hand = s.on_hand + i.quantity, updated_at = now()
  FROM public.order_items i WHERE i.order_id = cancelled_order AND s.product_id = i.product_id;
  INSERT INTO public.stock_movements (product_id, quantity, reason, order_id)
  SELECT product_id, quantity, 'cancel', order_id FROM public.order_items WHERE order_id = cancelled_order;

  SELECT id, amount_cents INTO paid FROM public.payments WHERE order_id = cancelled_order;
  IF FOUND AND paid.amount_cents > 0 THEN
    INSERT INTO public.refunds (payment_id, amount_cents, reason) VALUES (paid.id, paid.amount_cents, why);
  END IF;

  UPDATE public.shipments SET status = 'stopped' WHERE order_id = cancelled_order AND status IN ('waiting', 'packed');
  INSERT INTO public.order_events (order_id, status, note) VALUES (cancelled_order, 'cancelled', why);
  INSERT INTO public.notifications (user_id, kind, text, link)
  VALUES (customer, 'order_cancelled', 'Your order ' || cancelled_order || ' was cancelled', '/orders/' || cancelled_order);
  RETURN true;
END $$;
