package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Addresses that come and go, which the machine that tests runs on does not let them do.
class BindingsTest {
  private static final InetSocketAddress HERE = address("192.0.2.1");
  private static final InetSocketAddress LATER = address("192.0.2.2");
  private static final Routes ROUTES =
      Routes.shared(Site.fixed(List.of(), List.of(), List.of(), List.of(), Set.of()));

  private final Set<InetSocketAddress> machine = new HashSet<>(Set.of(HERE));
  private final Set<InetSocketAddress> taken = new HashSet<>();
  private final List<Socket> bound = new ArrayList<>();
  private final Bindings bindings = new Bindings(this::bind);

  private static InetSocketAddress address(String text) {
    return new InetSocketAddress(InetAddress.ofLiteral(text), 80);
  }

  private static final class Socket extends EmbeddedChannel {
    private final InetSocketAddress address;

    Socket(InetSocketAddress address) {
      this.address = address;
      config().setAutoRead(false);
    }

    @Override
    protected SocketAddress localAddress0() {
      return address;
    }
  }

  private Channel bind(InetSocketAddress address, AtomicReference<Routes> routes)
      throws IOException {
    if (!machine.contains(address)) {
      throw new Bindings.AddressMissing("no such address", new IOException("EADDRNOTAVAIL"));
    }
    if (taken.contains(address)) {
      throw new IOException("taken");
    }
    Socket socket = new Socket(address);
    bound.add(socket);
    return socket;
  }

  private static Bindings.Wish wish(InetSocketAddress address) {
    return new Bindings.Wish(null, address, ROUTES);
  }

  @Test
  void aMissingAddressIsServedOnceItIsThere() throws IOException {
    bindings.prepare(List.of(wish(HERE), wish(LATER))).apply();
    assertThat(bindings.waiting()).containsExactly(new Bindings.Waiting(LATER, "no such address"));
    assertThat(bindings.isListening()).isTrue();
    assertThat(bindings.addresses(null)).containsExactly(HERE, LATER);
    bindings.retry();
    assertThat(bound).hasSize(1);
    machine.add(LATER);
    bindings.retry();
    assertThat(bindings.waiting()).isEmpty();
    assertThat(bound.getLast().config().isAutoRead()).as("clients are let in").isTrue();
    bindings.retry();
    assertThat(bound).as("once").hasSize(2);
    bindings.close();
    assertThat(bound).noneMatch(Channel::isOpen);
  }

  @Test
  void itGoesOnWaitingWhenTheAddressIsThereAndTakenByAnother() throws IOException {
    bindings.prepare(List.of(wish(LATER))).apply();
    machine.add(LATER);
    taken.add(LATER);
    bindings.retry();
    assertThat(bindings.waiting()).containsExactly(new Bindings.Waiting(LATER, "taken"));
    assertThat(bindings.isListening()).isFalse();
    taken.clear();
    bindings.retry();
    assertThat(bindings.isListening()).isTrue();
  }

  @Test
  void whatIsNotWantedAnyMoreIsNotWaitedFor() throws IOException {
    bindings.prepare(List.of(wish(HERE), wish(LATER))).apply();
    Bindings.Exchange without = bindings.prepare(List.of(wish(HERE)));
    // In the middle of the change it comes up.
    machine.add(LATER);
    bindings.retry();
    without.apply();
    assertThat(bindings.addresses(null)).containsExactly(HERE);
    assertThat(bound.getLast().isOpen()).isFalse();
    assertThat(bound.getFirst().isOpen()).isTrue();
  }

  @Test
  void aChangeThatFailsLeavesWhatIsWaitedFor() throws IOException {
    InetSocketAddress third = address("192.0.2.3");
    bindings.prepare(List.of(wish(LATER))).apply();
    machine.add(third);
    taken.add(third);
    assertThatThrownBy(() -> bindings.prepare(List.of(wish(LATER), wish(third))))
        .hasMessage("taken");
    machine.add(LATER);
    bindings.retry();
    assertThat(bindings.addresses(null)).containsExactly(LATER);
    assertThat(bindings.isListening()).isTrue();
  }

  @Test
  void nothingIsListenedOnAfterTheEnd() throws IOException {
    bindings.prepare(List.of(wish(LATER))).apply();
    bindings.close();
    machine.add(LATER);
    bindings.retry();
    assertThat(bound).isEmpty();
  }
}
