package dev.larder.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.limits.FillTurns.Turn;
import dev.larder.limits.OpenConnections.Ticket;
import dev.larder.limits.OpenConnections.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClientLimitsTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.2");

  private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);

  private ClientLimits limits(String... lines) {
    return LimitsFixture.limits(nanos::get, lines);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Pace pace(ClientLimits limits, InetAddress client) {
    Pace pace = limits.pace(client);
    if (pace == null) {
      throw new AssertionError("there should be a limit");
    }
    return pace;
  }

  @Test
  void aClientIsAnAddressOrANetworkOfIpv6() {
    assertThat(ClientKey.of(InetAddress.ofLiteral("2001:db8::1"), 64))
        .isEqualTo(ClientKey.of(InetAddress.ofLiteral("2001:db8::ffff:0:0:2"), 64))
        .isNotEqualTo(ClientKey.of(InetAddress.ofLiteral("2001:db8:0:1::1"), 64));
    assertThat(ClientKey.of(InetAddress.ofLiteral("2001:db8::1"), 32))
        .isEqualTo(ClientKey.of(InetAddress.ofLiteral("2001:db8:ffff::1"), 32))
        .isNotEqualTo(ClientKey.of(InetAddress.ofLiteral("2001:db9::1"), 32));
    assertThat(ClientKey.of(InetAddress.ofLiteral("2001:db8::1"), 128))
        .isNotEqualTo(ClientKey.of(InetAddress.ofLiteral("2001:db8::2"), 128));
    assertThat(ClientKey.of(ONE, 64)).isNotEqualTo(ClientKey.of(OTHER, 64));
    assertThat(ClientKey.of(ONE, 64).text()).isEqualTo("192.0.2.1");
    assertThat(ClientKey.of(InetAddress.ofLiteral("2001:db8::1"), 64).text())
        .isEqualTo("2001:db8::/64");
  }

  @Test
  void whoIsExemptHasNoLimitsOfItsOwn() {
    ClientLimits limits =
        limits(
            "connections = 3",
            "connections-per-client = 1",
            "fills-per-client = 1",
            "requests-per-client = 1",
            "exempt = [\"192.0.2.1\"]");
    assertThat(limits.pace(ONE)).isNull();
    assertThat(limits.pace(OTHER)).isNotNull();
    assertThat(List.of(limits.connections().open(ONE), limits.connections().open(ONE)))
        .extracting(Ticket::verdict)
        .containsExactly(Verdict.WELCOME, Verdict.WELCOME);
    assertThat(limits.fills().ask(ONE, _ -> {}).hasCome()).isTrue();
    assertThat(limits.fills().ask(ONE, _ -> {}).hasCome()).isTrue();
    limits.connections().open(ONE);
    assertThat(limits.connections().open(ONE).verdict()).isEqualTo(Verdict.TOO_MANY);
  }

  @Test
  void requestsMayComeAtOnceUpToTheBurstThenWaitThenAreRefused() {
    ClientLimits limits = limits("requests-per-client = 10", "request-burst = 5");
    Pace pace = pace(limits, ONE);
    for (int i = 0; i < 5; i++) {
      assertThat(pace.request()).isZero();
    }
    // Each waits a tenth of a second longer than the one before.
    for (int i = 1; i <= 50; i++) {
      assertThat(pace.request()).isEqualTo(Duration.ofMillis(100L * i).toNanos());
    }
    assertThat(pace.request()).isEqualTo(-Duration.ofMillis(5100).toNanos());
    assertThat(pace(limits, OTHER).request()).isZero();
    pass(Duration.ofSeconds(5));
    assertThat(pace.request()).isEqualTo(Duration.ofMillis(100).toNanos());
    pass(Duration.ofMinutes(1));
    assertThat(pace.request()).isZero();
  }

  @Test
  void bytesArePausedOnceASecondsWorthIsAhead() {
    ClientLimits limits = limits("bytes-per-client = \"1MB\"");
    Pace pace = pace(limits, ONE);
    assertThat(pace.request()).isZero();
    assertThat(pace.piece(1 << 20)).isEqualTo(1_000_000 / 16);
    pace.sent(1_000_000);
    assertThat(pace.pause()).isZero();
    pace.sent(500_000);
    assertThat(pace.pause()).isEqualTo(Duration.ofMillis(500).toNanos());
    assertThat(pace(limits, OTHER).pause()).isZero();
    pass(Duration.ofMillis(500));
    assertThat(pace.pause()).isZero();
  }

  @Test
  void whatIsRememberedOfAFloodOfAddressesIsBounded() throws UnknownHostException {
    ClientLimits limits = limits("requests-per-client = 1");
    Random random = new Random(7);
    byte[] address = new byte[16];
    for (int i = 0; i < 120_000; i++) {
      random.nextBytes(address);
      InetAddress client = InetAddress.getByAddress(address);
      pace(limits, client).request();
      limits.connections().open(client).close();
      limits.fills().ask(client, _ -> {}).end();
      limits.refusals().count(Refusals.Reason.RATE, client);
    }
    // Caffeine evicts a moment later.
    assertThat(limits.clients()).isLessThan(60_000);
    assertThat(limits.connections().clients()).isZero();
    assertThat(limits.fills().clients()).isZero();
    assertThat(limits.refusals().counts()).containsEntry("rate", 120_000L);
  }

  @Test
  void connectionsOfOneClientAreBoundedAndOnlySomeAreTold() {
    ClientLimits limits = limits("connections-per-client = 2");
    Ticket first = limits.connections().open(ONE);
    limits.connections().open(ONE);
    List<Ticket> more = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      more.add(limits.connections().open(ONE));
    }
    assertThat(more)
        .extracting(Ticket::verdict)
        .containsOnly(Verdict.TOO_MANY_OF_CLIENT, Verdict.UNTOLD);
    assertThat(more).filteredOn(t -> t.verdict() == Verdict.TOO_MANY_OF_CLIENT).hasSize(8);
    assertThat(limits.connections().count()).isEqualTo(10);
    assertThat(limits.connections().open(OTHER).verdict()).isEqualTo(Verdict.WELCOME);
    more.forEach(Ticket::close);
    first.close();
    first.close();
    assertThat(limits.connections().open(ONE).verdict()).isEqualTo(Verdict.WELCOME);
    assertThat(limits.connections().open(ONE).verdict()).isEqualTo(Verdict.TOO_MANY_OF_CLIENT);
    assertThat(limits.refusals().counts()).containsEntry("connections", 101L);
  }

  @Test
  void aProxysConnectionsBelongToNobody() {
    ClientLimits limits =
        ClientLimits.of(LimitsFixture.settings("connections-per-client = 1"), ONE::equals);
    limits.connections().open(ONE);
    assertThat(limits.connections().open(ONE).verdict()).isEqualTo(Verdict.WELCOME);
    limits.connections().open(OTHER);
    assertThat(limits.connections().open(OTHER).verdict()).isEqualTo(Verdict.TOO_MANY_OF_CLIENT);
  }

  @Test
  void turnsComeInOrderAndOneClientsLineIsNotAnothers() throws InterruptedException {
    ClientLimits limits = limits("fills-per-client = 2");
    List<Turn> come = new ArrayList<>();
    List<Turn> asked = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      asked.add(limits.fills().ask(ONE, come::add));
    }
    assertThat(come).isEqualTo(asked.subList(0, 2));
    assertThat(limits.fills().ask(OTHER, _ -> {}).hasCome()).isTrue();
    asked.get(2).end(); // no longer waits
    asked.get(0).end();
    asked.get(0).end();
    assertThat(come).containsExactly(asked.get(0), asked.get(1), asked.get(3));
    asked.get(1).end();
    assertThat(come).last().isSameAs(asked.get(4));
    asked.get(3).end();
    asked.get(4).end();
    Turn taken = limits.fills().take(ONE);
    assertThat(taken).isNotNull();
  }

  @Test
  void howMuchOfANetworkIsOneClientIsSaid() {
    ClientLimits limits = limits("connections-per-client = 1", "ipv6-prefix = 48");
    limits.connections().open(InetAddress.ofLiteral("2001:db8::1"));
    assertThat(limits.connections().open(InetAddress.ofLiteral("2001:db8:0:1::1")).verdict())
        .isEqualTo(Verdict.TOO_MANY_OF_CLIENT);
    assertThat(limits.connections().open(InetAddress.ofLiteral("2001:db8:1::1")).verdict())
        .isEqualTo(Verdict.WELCOME);
  }

  @Test
  void otherSettingsHoldAtOnce() {
    ClientLimits limits = limits("connections-per-client = 1", "fills-per-client = 1");
    limits.connections().open(ONE);
    Turn first = limits.fills().ask(ONE, _ -> {});
    Turn second = limits.fills().ask(ONE, _ -> {});
    limits.change(LimitsFixture.settings("connections-per-client = 2", "fills-per-client = 0"));
    assertThat(limits.connections().open(ONE).verdict()).isEqualTo(Verdict.WELCOME);
    assertThat(limits.fills().ask(ONE, _ -> {}).hasCome()).isTrue();
    first.end();
    assertThat(second.hasCome()).isTrue();
  }
}
