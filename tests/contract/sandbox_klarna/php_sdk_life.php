<?php
// Lives one order through Klarna's archived PHP SDK (klarna-api.md §16.1) and prints what
// came of each call as one JSON object. Arguments: SDK folder, base URL, user, password,
// order id, id of an order to cancel.

use Klarna\Rest\OrderManagement\Order;
use Klarna\Rest\Transport\CURLConnector;
use Klarna\Rest\Transport\Exception\ConnectorException;

[, $sdk, $url, $user, $password, $id, $other] = $argv;
require $sdk . '/src/autoload.php';

$klarna = CURLConnector::create($user, $password, $url);
$told = [];

function refusal(callable $call): string
{
    try {
        $call();
    } catch (ConnectorException $refused) {
        return $refused->getMessage();
    } catch (RuntimeException $refused) {
        return get_class($refused);
    }
    return 'accepted';
}

$order = (new Order($klarna, $id))->fetch();
$told['status_at_first'] = $order['status'];
$order->acknowledge();
$order->extendAuthorizationTime();
$order->updateMerchantReferences(['merchant_reference1' => 'php-1']);
$order->updateAuthorization([
    'order_amount' => 900,
    'order_lines' => [[
        'type' => 'physical', 'reference' => 'mug', 'name' => 'Mug', 'quantity' => 1,
        'unit_price' => 900, 'total_amount' => 900, 'tax_rate' => 0, 'total_tax_amount' => 0,
    ]],
]);
$order->updateCustomerDetails(['shipping_address' => ['given_name' => 'Åsa']]);

$capture = $order->createCapture(['captured_amount' => 500]);
$order = (new Order($klarna, $id))->fetch();
$told['status_after_part'] = $order['status'];
$capture_id = $order['captures'][0]['capture_id'];
$told['captured'] = (new Order($klarna, $id))->fetchCapture($capture_id)['captured_amount'];
$told['captures'] = count((new Order($klarna, $id))->fetchCaptures());
$known = $order['captures'][0];
$known->addShippingInfo(['shipping_info' => [['tracking_number' => 'T1']]]);
$known->triggerSendout();

$order->refund(['refunded_amount' => 200]);
$told['over_refund'] = refusal(function () use ($klarna, $id) {
    (new Order($klarna, $id))->refund(['refunded_amount' => 301]);
});
$order->releaseRemainingAuthorization();
$last = (new Order($klarna, $id))->fetch();
$told['status_at_last'] = $last['status'];
$told['refunded'] = $last['refunded_amount'];
$told['reference'] = $last['merchant_reference1'];

(new Order($klarna, $other))->cancel();
$told['cancelled'] = (new Order($klarna, $other))->fetch()['status'];
$told['wrong_password'] = refusal(function () use ($user, $url, $id) {
    (new Order(CURLConnector::create($user, 'wrong', $url), $id))->fetch();
});

echo json_encode($told), "\n";
