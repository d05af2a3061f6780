package dev.larder.serve;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/// Netty's request decoder, at its strictest: what two servers could read in two ways is an error
/// (RFC 9112 section 11.2).
final class Decoder extends HttpRequestDecoder {
  Decoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(Limits.MAX_LINE)
            .setMaxHeaderSize(Limits.MAX_HEADER)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true)
            .setHeadersFactory(FewHeaders.FACTORY)
            .setTrailersFactory(FewHeaders.FACTORY));
  }

  /// Netty would drop one of the two.
  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
  }
}
