package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2a01:4f8::1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1"
      })
  void publicAddressesPass(String address) {
    assertThat(AddressGuard.refusal(InetAddress.ofLiteral(address))).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, unspecified",
    "0.1.2.3, unspecified",
    "10.0.0.0, private",
    "10.255.255.255, private",
    "100.64.0.0, carrier-grade",
    "100.127.255.255, carrier-grade",
    "127.0.0.1, loopback",
    "127.255.255.255, loopback",
    "169.254.169.254, link-local",
    "172.16.0.0, private",
    "172.31.255.255, private",
    "192.0.0.8, protocol",
    "192.168.1.1, private",
    "198.18.0.0, benchmarking",
    "198.19.255.255, benchmarking",
    "224.0.0.1, multicast",
    "239.255.255.255, multicast",
    "240.0.0.0, reserved",
    "255.255.255.255, reserved",
    "'::', unspecified",
    "::1, loopback",
    "::ffff:127.0.0.1, loopback",
    "::ffff:10.0.0.1, private",
    "::127.0.0.1, outside",
    "fe80::1, link-local",
    "febf::1, link-local",
    "fec0::1, site-local",
    "fc00::1, unique local",
    "fdff::1, unique local",
    "ff02::1, multicast",
    "64:ff9b::a00:1, 10.0.0.1",
    "64:ff9b:1::1, outside",
    "2002:7f00:1::1, 127.0.0.1",
    "2001:0:1::1, outside",
    "200:feed::1, outside"
  })
  void othersAreRefusedWithTheirKind(String address, String kind) {
    assertThat(AddressGuard.refusal(InetAddress.ofLiteral(address))).contains(kind);
  }
}
