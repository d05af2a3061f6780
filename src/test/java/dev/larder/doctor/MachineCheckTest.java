package dev.larder.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.clock.ClockWarning;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineCheckTest {
  private final List<Finding> findings = new ArrayList<>();

  private MachineCheck check(InstantSource clock) {
    return new MachineCheck(findings::add, clock);
  }

  private Finding last() {
    return findings.getLast();
  }

  @Test
  void aClockThatWasNeverSetIsAProblem() {
    check(() -> Instant.parse("1970-01-01T00:02:00Z")).look(4096);
    assertThat(last().what()).isEqualTo("clock");
    assertThat(last().level()).isEqualTo(Finding.Level.PROBLEM);
    assertThat(last().remedy()).contains("set the clock");
  }

  @Test
  void aContainerWithTooLittleMemoryIsAProblem() {
    check(InstantSource.system()).memory(256L << 20);
    assertThat(last().level()).isEqualTo(Finding.Level.PROBLEM);
    check(InstantSource.system()).memory(1L << 30);
    assertThat(last().level()).isEqualTo(Finding.Level.OK);
  }

  @Test
  void fewerFilesThanConnectionsNeedIsNoted() {
    check(InstantSource.system()).descriptors(1024, 4096);
    assertThat(last().level()).isEqualTo(Finding.Level.NOTE);
    assertThat(last().remedy()).contains("LimitNOFILE=9192");
    check(InstantSource.system()).descriptors(65536, 4096);
    assertThat(last().level()).isEqualTo(Finding.Level.OK);
  }

  @Test
  void inodesAreReadFromTheDfOfLinuxAndOfFreeBsd() {
    assertThat(
            DataCheck.Inodes.parse(
                """
                Filesystem     Inodes IUsed   IFree IUse% Mounted on
                tmpfs          500    17      483     4% /mnt
                """))
        .isEqualTo(new DataCheck.Inodes(500, 483));
    assertThat(
            DataCheck.Inodes.parse(
                """
                Filesystem 512-blocks  Used Avail Capacity iused ifree %iused  Mounted on
                /dev/ada0p2 2000 100 1900 5% 30 970 3% /
                """))
        .isEqualTo(new DataCheck.Inodes(1000, 970));
    // btrfs makes them as they are needed.
    assertThat(
            DataCheck.Inodes.parse(
                "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda 0 0 0 - /\n"))
        .isNull();
    assertThat(DataCheck.Inodes.parse("")).isNull();
  }

  @Test
  void whatServeSaysOfAClockThatWasNeverSetTellsWhatToDo() {
    assertThat(ClockWarning.of(Instant.parse("2020-01-01T00:00:00Z"))).isNull();
    assertThat(ClockWarning.of(Instant.parse("2019-12-31T23:59:59Z")))
        .startsWith("the clock says 2019-12-31T23:59:59Z: ")
        .contains("nothing is removed because of its age")
        .endsWith("set the clock, and let it be set at every start (ntpd, chrony, timesyncd)");
  }
}
