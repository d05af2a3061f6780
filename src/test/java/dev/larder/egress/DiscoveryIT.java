package dev.larder.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.DnsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// SRV records and addresses from a real name server.
class DiscoveryIT {
  private final DnsServer dns =
      DnsServer.with(
          "--srv-host=_https._tcp.pkg.test,third.test,443,30,1",
          "--srv-host=_https._tcp.pkg.test,first.test,443,10,1",
          "--srv-host=_https._tcp.pkg.test,second.test,8443,20,1",
          "--srv-host=_http._tcp.pkg.test,plain.test,80,1,1",
          "--srv-host=_http._tcp.old.test,plain.test,8080,1,1",
          "--srv-host=_https._tcp.mixed.test",
          "--srv-host=_http._tcp.mixed.test,plain.test,80,1,1",
          "--srv-host=_https._tcp.none.test",
          "--srv-host=_http._tcp.none.test",
          "--host-record=both.test,192.0.2.1,2001:db8::1",
          "--host-record=four.test,192.0.2.4",
          "--cname=alias.test,four.test");

  private Discovery discovery = discovery(dns.address());

  private static Discovery discovery(InetSocketAddress server) {
    NameServer names = new NameServer(server);
    return new Discovery(name -> names.records(name, "SRV"), new Random(1), Duration.ofMillis(50));
  }

  @AfterEach
  void close() {
    discovery.close();
    dns.close();
  }

  private List<String> found(String host) throws IOException {
    return discovery.find(host).urls(host);
  }

  @Test
  void serversComeByPriorityWithTheirPorts() throws IOException {
    assertThat(found("pkg.test"))
        .containsExactly("https://first.test", "https://second.test:8443", "https://third.test");
  }

  @Test
  void plainHttpIsForHostsWithoutHttpsOnly() throws IOException {
    assertThat(found("old.test")).containsExactly("http://plain.test:8080");
    assertThat(found("mixed.test")).containsExactly("http://plain.test");
  }

  @Test
  void aHostWithoutServersIsItsOwn() throws IOException {
    assertThat(found("none.test")).containsExactly("https://none.test");
    assertThat(found("unknown.test")).containsExactly("https://unknown.test");
    assertThat(found("four.test")).containsExactly("https://four.test");
  }

  @Test
  void whatIsFollowedIsKnownSoonAndStaysUpToDate() throws InterruptedException {
    discovery.follow("pkg.test");
    discovery.follow("pkg.test");
    discovery.follow("unknown.test");
    discovery.await(Duration.ofSeconds(20));
    assertThat(discovery.urls("pkg.test")).hasSize(3);
    assertThat(discovery.urls("unknown.test")).containsExactly("https://unknown.test");

    dns.restart(
        "--srv-host=_https._tcp.pkg.test,new.test,443,1,1",
        "--srv-host=_http._tcp.unknown.test,now.test,80,1,1");
    await().until(() -> discovery.urls("pkg.test").equals(List.of("https://new.test")));
    await().until(() -> discovery.urls("unknown.test").equals(List.of("http://now.test")));
  }

  @Test
  void whileTheNameServerIsDownWhatWasFoundStays() throws InterruptedException {
    discovery.follow("pkg.test");
    discovery.await(Duration.ofSeconds(20));
    List<String> before = discovery.urls("pkg.test");
    dns.close();
    discovery.follow("late.test");
    discovery.await(Duration.ofSeconds(20));
    assertThat(discovery.urls("pkg.test")).isEqualTo(before);
    assertThat(discovery.urls("late.test")).containsExactly("https://late.test");
    dns.restart("--srv-host=_https._tcp.late.test,late-server.test,443,1,1");
    await().until(() -> discovery.urls("late.test").equals(List.of("https://late-server.test")));
  }

  @Test
  void aNameServerThatIsDownIsNamed() {
    dns.close();
    assertThatThrownBy(() -> found("pkg.test"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "127.0.0.1:%d gives no answer about _https._tcp.pkg.test"
                .formatted(dns.address().getPort()));
  }

  @Test
  void askingNeverWaits() {
    // Nobody answers there at all.
    discovery.close();
    discovery = discovery(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53));
    long start = System.nanoTime();
    discovery.follow("pkg.test");
    assertThat(discovery.urls("pkg.test")).containsExactly("https://pkg.test");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
  }

  @Test
  void addressesOfBothFamiliesAndOfAliasesAreFound() throws UnknownHostException {
    Names names = new ResolverNames(new NameServer(dns.address()));
    assertThat(names.lookup("both.test"))
        .containsExactly(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"));
    assertThat(names.lookup("alias.test")).containsExactly(InetAddress.ofLiteral("192.0.2.4"));
    assertThat(names.lookup("192.0.2.9")).containsExactly(InetAddress.ofLiteral("192.0.2.9"));
    assertThat(names.lookup("2001:db8::9")).containsExactly(InetAddress.ofLiteral("2001:db8::9"));
    assertThat(names.lookup("localhost").getFirst().isLoopbackAddress()).isTrue();
    assertThatThrownBy(() -> names.lookup("unknown.test"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("unknown.test: the name server knows no such name");
    dns.close();
    assertThatThrownBy(() -> names.lookup("both.test"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("gives no answer about both.test");
  }
}
