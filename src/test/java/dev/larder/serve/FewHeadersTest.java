package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What is kept of a request's headers.
class FewHeadersTest {
  private static HttpRequest decoded(String headers) {
    EmbeddedChannel channel = new EmbeddedChannel(new Decoder());
    String head = "GET / HTTP/1.1\r\n" + headers + "\r\n";
    channel.writeInbound(Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
    HttpRequest request = channel.readInbound();
    channel.finishAndReleaseAll();
    return request;
  }

  @Test
  void thousandsThatNobodyReadsTakeNoMemory() {
    HttpRequest request = decoded("Host: x\r\n" + "a:\r\n".repeat(4000) + "Range: bytes=1-\r\n");
    assertThat(request.decoderResult().isSuccess()).isTrue();
    assertThat(request.headers().names()).containsExactlyInAnyOrder("Host", "Range");
  }

  @Test
  void ofThoseThatAreReadThereMayBeFew() {
    assertThat(decoded("Host: x\r\n" + "X-Forwarded-For: ::1\r\n".repeat(30)).headers())
        .hasSize(31);
    HttpRequest many = decoded("Host:\r\n".repeat(2000));
    assertThat(many.headers().size()).isLessThanOrEqualTo(FewHeaders.MOST + 1);
    Request request = Request.of(many, Client.direct(InetAddress.getLoopbackAddress()));
    assertThat(request.refusal()).extracting(Request.Refusal::code).isEqualTo(431);
  }

  @Test
  void whatIsForgottenIsCheckedAllTheSame() {
    assertThat(decoded("Host: x\r\nX Y: 1\r\n").decoderResult().isFailure()).isTrue();
    assertThat(decoded("Host: x\r\nX-Y : 1\r\n").decoderResult().isFailure()).isTrue();
    assertThat(decoded("Host: x\r\nX-Y: a\0b\r\n").decoderResult().isFailure()).isTrue();
  }
}
