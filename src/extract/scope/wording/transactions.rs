//! Receipts, orders, shipments, bookings, bills and account notices.

use super::Phrases;

/// Subjects of receipts, orders, shipments and account notices.
pub(in super::super) static TRANSACTIONS: Phrases = Phrases::new(&[
    (
        "en",
        "receipt|invoice|your order|order confirm|order #|order no|order number|order placed",
    ),
    (
        "en",
        "shipped|delivered|out for delivery|delivery|tracking|parcel|package|payment|payout",
    ),
    (
        "en",
        "statement|booking|reservation|ticket|your bill|e-bill|bill for|bill is|electricity bill",
    ),
    (
        "en",
        "appointment|subscription renew|renewal|recharge|credited|debited|refund",
    ),
    (
        "en",
        "direct debit|repayment|your trip|itinerary|boarding pass|policy document|purchase",
    ),
    ("en", "your account|low balance|transfer of|transaction"),
    (
        "de",
        "rechnung|bestell|versand|versendet|lieferung|sendung|paket|zahlung|buchung|kontoauszug",
    ),
    (
        "de",
        "umsatz|ihr konto|fahrkarte|ticket|termin|quittung|lastschrift|beleg",
    ),
    (
        "fr",
        "facture|commande|livraison|colis|paiement|réservation|billet|relevé|reçu$|votre compte",
    ),
    ("fr", "prélèvement|votre voyage|expédié"),
    (
        "es",
        "factura|pedido|envío|enviado|pago|reserva|recibo|billete|entrada|extracto|tu cuenta",
    ),
    ("es", "estado de cuenta|su cuenta|cargo en"),
    (
        "pt",
        "fatura|pedido|pagamento|entrega|encomenda|reserva|recibo|bilhete|extrato|sua conta|boleto",
    ),
    (
        "it",
        "ordine|fattura|spedizione|spedito|ricevuta|prenotazione|biglietto|pagamento|bolletta",
    ),
    ("it", "estratto conto|il tuo pacco|bonifico"),
    (
        "nl",
        "bestelling|factuur|verzonden|bezorg|pakket|betaling|rekening|afschrift|boeking|reservering",
    ),
    (
        "sv",
        "faktura|beställning|orderbekräft|din order|kvitto|paket|betalning|bokning|biljett|leverans|kontoutdrag",
    ),
    (
        "da",
        "faktura|ordre|kvittering|pakke|betaling|bestilling|kontoudtog|levering|billet",
    ),
    (
        "no",
        "faktura|ordre|kvittering|pakke|betaling|bestilling|kontoutskrift|levering|billett",
    ),
    (
        "fi",
        "lasku|tilaus|kuitti|paketti|maksu|varaus|lippu|toimitus|tiliote",
    ),
    (
        "pl",
        "zamówieni|faktur|płatno|przesyłk|paczk|rachunek|rezerwacj|bilet|wyciąg|przelew",
    ),
    (
        "cs",
        "objednávk|faktur|zásilk|platb|rezervac|jízdenk|výpis|účet|účtu|balík",
    ),
    ("sk", "objednávk|faktúr|zásielk|platb|výpis"),
    (
        "hu",
        "rendelés|számla|számlá|csomag|fizetés|foglalás|jegy$|kézbesít|egyenleg",
    ),
    (
        "ro",
        "comanda|comenz|factur|colet|plată|plata|rezervare|bilet|extras de cont",
    ),
    (
        "el",
        "παραγγελία|τιμολόγιο|απόδειξη|πληρωμή|κράτηση|αποστολή|λογαριασμ",
    ),
    (
        "tr",
        "sipariş|fatura|kargo|ödeme|rezervasyon|bilet|hesap özeti|ekstre|makbuz",
    ),
    (
        "ru",
        "заказ|счет|счёт|чек$|чека$|оплат|платёж|платеж|доставк|посылк|бронирован|билет|выписк",
    ),
    (
        "uk",
        "замовлення|рахунок|оплат|платіж|доставк|посилк|квиток|квитан|бронювання|виписк",
    ),
    ("bg", "поръчка|фактура|плащане|пратка"),
    ("ar", "طلبك|فاتور|إيصال|شحنت|الدفع|حجز|تذكرة|كشف حساب"),
    ("he", "הזמנה|קבלה|חשבונית|משלוח|תשלום|כרטיס"),
    ("fa", "سفارش|فاکتور|پرداخت|رسید"),
    ("hi", "टिकट|बिल|ऑर्डर|भुगतान|रसीद|खाते"),
    ("bn", "অর্ডার|পেমেন্ট|রসিদ"),
    (
        "id",
        "paket|pesanan|tagihan|pembayaran|tiket|struk|pengiriman",
    ),
    (
        "vi",
        "đơn hàng|hóa đơn|thanh toán|giao hàng|đặt chỗ|biên lai",
    ),
    ("th", "คำสั่งซื้อ|ใบเสร็จ|ใบแจ้งหนี้|การชำระเงิน|จัดส่ง|การจอง"),
    (
        "ja",
        "ご注文|領収|発送|お届け|予約|明細|ご利用|お支払い|請求|引き落とし",
    ),
    (
        "zh",
        "订单|訂單|发票|發票|账单|帳單|对账|包裹|快递|签收|付款|支付|发货|出貨|机票|车票",
    ),
    (
        "ko",
        "주문|결제|배송|예약|영수증|청구|명세서|택배|입금|출금",
    ),
]);
