package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.limits.FillTurns;
import dev.larder.limits.FillTurns.Turn;
import dev.larder.limits.LimitsFixture;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FillStartTest {
  private static final InetAddress GREEDY = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress QUIET = InetAddress.ofLiteral("192.0.2.2");
  private static final Duration NOW = Duration.ZERO;
  private static final Duration SOON = Duration.ofSeconds(10);

  private final FillTurns turns = LimitsFixture.limits("fills-per-client = 1").fills();
  private final FillStart start = new FillStart();

  private Turn taken(InetAddress by) {
    return turns.ask(by, _ -> {});
  }

  private boolean isFree(InetAddress client) {
    Turn turn = taken(client);
    turn.end();
    return turn.hasCome();
  }

  @Test
  void aTurnIsHeldUntilTheFillEnds() {
    start.wantedBy(turns, GREEDY);
    assertThat(start.await(NOW)).isTrue();
    assertThat(isFree(GREEDY)).isFalse();
    start.end();
    assertThat(isFree(GREEDY)).isTrue();
    assertThat(turns.clients()).isZero();
  }

  @Test
  void whoeverHasATurnFirstBeginsItAndTheOthersWaitNoLonger() {
    Turn other = taken(GREEDY);
    start.wantedBy(turns, GREEDY);
    start.wantedBy(turns, QUIET);
    assertThat(start.await(NOW)).isTrue();
    other.end();
    assertThat(isFree(GREEDY)).isTrue();
    assertThat(isFree(QUIET)).isFalse();
    start.wantedBy(turns, GREEDY);
    assertThat(isFree(GREEDY)).as("a fill under way takes no further turn").isTrue();
    start.end();
    assertThat(turns.clients()).isZero();
  }

  @Test
  void itBeginsWhenATurnComesLater() throws InterruptedException {
    Turn other = taken(GREEDY);
    start.wantedBy(turns, GREEDY);
    Thread ending = Thread.ofVirtual().start(other::end);
    assertThat(start.await(SOON)).isTrue();
    ending.join();
    start.end();
    assertThat(turns.clients()).isZero();
  }

  @Test
  void whatWeWantOurselvesWaitsForNobody() {
    Turn other = taken(GREEDY);
    start.wantedBy(turns, GREEDY);
    start.wantedByUs();
    assertThat(start.await(NOW)).isTrue();
    other.end();
    assertThat(isFree(GREEDY)).isTrue();
    start.end();
    assertThat(turns.clients()).isZero();
  }

  @Test
  void ifNobodysTurnComesItIsGivenUpForGood() {
    Turn other = taken(GREEDY);
    start.wantedBy(turns, GREEDY);
    assertThat(start.await(NOW)).isFalse();
    start.wantedBy(turns, QUIET);
    other.end();
    assertThat(isFree(GREEDY)).isTrue();
    assertThat(isFree(QUIET)).isTrue();
    assertThat(turns.clients()).isZero();
  }
}
