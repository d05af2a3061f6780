package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static Admission read(String keys) throws InvalidConfig {
    return Toml.read("[access]\n" + keys, root -> Admission.read(root.table("access")));
  }

  private static boolean admits(Admission access, String address) {
    return access.admits(InetAddress.ofLiteral(address));
  }

  @Test
  void everybodyIsAdmittedUntilSomethingIsSaid() throws InvalidConfig {
    assertThat(admits(read(""), "198.51.100.1")).isTrue();
    assertThat(admits(read(""), "2001:db8::1")).isTrue();
  }

  @Test
  void denyGoesBeforeAllow() throws InvalidConfig {
    Admission access = read("allow = [\"192.0.2.0/24\"]\ndeny = [\"192.0.2.128/25\"]");
    assertThat(admits(access, "192.0.2.127")).isTrue();
    assertThat(admits(access, "192.0.2.128")).isFalse();
    assertThat(admits(access, "192.0.3.1")).isFalse();
    assertThat(admits(access, "::1")).isFalse();
  }

  @Test
  void bitsWithinAByteCount() throws InvalidConfig {
    Admission access = read("deny = [\"2001:db8:8000::/33\", \"10.0.0.8/29\"]");
    assertThat(admits(access, "2001:db8:7fff::1")).isTrue();
    assertThat(admits(access, "2001:db8:ffff::1")).isFalse();
    assertThat(admits(access, "10.0.0.7")).isTrue();
    assertThat(admits(access, "10.0.0.15")).isFalse();
    assertThat(admits(access, "10.0.0.16")).isTrue();
  }

  @Test
  void aWholeFamilyIsOnlyThatFamily() throws InvalidConfig {
    Admission access = read("deny = [\"::/0\"]");
    assertThat(admits(access, "2001:db8::1")).isFalse();
    assertThat(admits(access, "192.0.2.1")).isTrue();
    assertThat(admits(read("allow = [\"0.0.0.0/0\"]"), "192.0.2.1")).isTrue();
  }

  @Test
  void anIpv4ClientOfADualStackSocketIsIpv4() throws IOException, InvalidConfig {
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 7};
    InetAddress client = Inet6Address.getByAddress("", mapped, -1);
    assertThat(read("deny = [\"192.0.2.0/24\"]").admits(client)).isFalse();
    assertThat(read("deny = [\"::/0\"]").admits(client)).isTrue();
  }

  @Test
  void bothMayDenyAndTheNearestAllowCounts() throws InvalidConfig {
    Admission around = read("allow = [\"10.0.0.0/8\"]\ndeny = [\"10.0.0.66\"]");
    Admission wider = read("allow = [\"192.0.2.0/24\", \"10.0.0.66\"]\ndeny = [\"192.0.2.7\"]");
    assertThat(wider.admits(InetAddress.ofLiteral("192.0.2.1"), around)).isTrue();
    assertThat(wider.admits(InetAddress.ofLiteral("192.0.2.7"), around)).isFalse();
    assertThat(wider.admits(InetAddress.ofLiteral("10.0.0.1"), around)).isFalse();
    assertThat(wider.admits(InetAddress.ofLiteral("10.0.0.66"), around)).isFalse();
    Admission silent = read("deny = [\"10.0.0.7\"]");
    assertThat(silent.admits(InetAddress.ofLiteral("10.0.0.1"), around)).isTrue();
    assertThat(silent.admits(InetAddress.ofLiteral("10.0.0.7"), around)).isFalse();
    assertThat(silent.admits(InetAddress.ofLiteral("192.0.2.1"), around)).isFalse();
  }

  /// Compared with networks taken as ranges of numbers.
  @Test
  void randomNetworksAreTheirRanges() throws InvalidConfig {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int size = random.nextBoolean() ? 4 : 16;
      List<BigInteger[]> allowed = new ArrayList<>();
      List<BigInteger[]> denied = new ArrayList<>();
      Admission access =
          read(
              "allow = [%s]\ndeny = [%s]"
                  .formatted(networks(random, size, allowed), networks(random, size, denied)));
      for (int i = 0; i < 40; i++) {
        InetAddress address = InetAddress.ofLiteral(literal(number(random, size), size));
        BigInteger number = new BigInteger(1, address.getAddress());
        boolean expected = !isIn(denied, number) && (allowed.isEmpty() || isIn(allowed, number));
        assertThat(access.admits(address)).as("seed %d: %s", seed, address).isEqualTo(expected);
      }
    }
  }

  private static boolean isIn(List<BigInteger[]> ranges, BigInteger number) {
    return ranges.stream()
        .anyMatch(range -> number.compareTo(range[0]) >= 0 && number.compareTo(range[1]) <= 0);
  }

  /// Few distinct addresses, so that networks hit and miss.
  private static BigInteger number(Random random, int size) {
    byte[] bytes = new byte[size];
    bytes[0] = 0x20;
    bytes[1] = (byte) random.nextInt(4);
    bytes[size - 1] = (byte) random.nextInt(256);
    return new BigInteger(1, bytes);
  }

  private static String networks(Random random, int size, List<BigInteger[]> ranges) {
    List<String> texts = new ArrayList<>();
    for (int count = random.nextInt(4); count > 0; count--) {
      int bits = random.nextInt(size * 8 + 1);
      int beyond = size * 8 - bits;
      BigInteger first = number(random, size).shiftRight(beyond).shiftLeft(beyond);
      BigInteger last = first.add(BigInteger.ONE.shiftLeft(beyond)).subtract(BigInteger.ONE);
      ranges.add(new BigInteger[] {first, last});
      texts.add("\"" + literal(first, size) + "/" + bits + "\"");
    }
    return String.join(", ", texts);
  }

  private static String literal(BigInteger number, int size) {
    List<String> parts = new ArrayList<>();
    int unit = size == 4 ? 8 : 16;
    for (int shift = size * 8 - unit; shift >= 0; shift -= unit) {
      int part = number.shiftRight(shift).intValue() & ((1 << unit) - 1);
      parts.add(size == 4 ? Integer.toString(part) : Integer.toHexString(part));
    }
    return String.join(size == 4 ? "." : ":", parts);
  }
}
