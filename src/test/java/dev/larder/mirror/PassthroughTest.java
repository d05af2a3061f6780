package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.egress.Egress;
import dev.larder.egress.EgressSettings;
import dev.larder.egress.RedirectPolicy;
import dev.larder.format.pacman.PacmanFormat;
import dev.larder.store.RelPath;
import dev.larder.testing.Fault;
import dev.larder.testing.FaultyUpstream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is learned of an upstream whose bytes are not kept.
class PassthroughTest {
  private static Upstream asked(Fault fault) {
    try (FaultyUpstream server = FaultyUpstream.start();
        Egress egress = new Egress(new EgressSettings(List.of()))) {
      server.fault("iso/a.iso", fault);
      List<String> urls = List.of(server.url());
      Upstreams upstreams =
          new Upstreams(() -> urls, egress, RedirectPolicy.Public::new, InstantSource.system());
      FillOrder order =
          FillOrder.of(
              new RelPath("iso/a.iso"), Promise.unverified(), false, Map.of(), new PacmanFormat());
      assertThat(Passthrough.open(upstreams, order, 0, -1, new Traffic(), () -> {}))
          .isInstanceOf(Passthrough.Outcome.Failed.class);
      return upstreams.all().getFirst();
    }
  }

  @Test
  void oneThatAsksToWaitIsLeftAlone() {
    Upstream upstream = asked(Fault.Status.tooMany("600"));
    assertThat(upstream.toldUntil()).isNotNull();
    assertThat(upstream.report().failures()).isEqualTo(1);
  }

  @Test
  void whatItSaysOfANameThatNobodyPromisedIsNotCounted() {
    Upstream upstream = asked(new Fault.Status(403));
    assertThat(upstream.available()).isTrue();
    assertThat(upstream.report().failures()).isZero();
  }

  @Test
  void anErrorOfOneIsCounted() {
    Upstream upstream = asked(new Fault.Status(500));
    assertThat(upstream.available()).isFalse();
    assertThat(upstream.report().failures()).isEqualTo(1);
  }
}
