using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Storage.Mp4;

/// <summary>The start of a fragmented MP4 file with one video track: ftyp and moov (ISO/IEC 14496-12, sections 4.3 and 8).</summary>
internal static class Mp4Header
{
    /// <summary>Ticks a second; every usual frame rate divides it.</summary>
    internal const int Timescale = 90_000;

    internal const uint TrackId = 1;

    private const long SecondsFrom1904To1970 = 2_082_844_800;

    internal static void Write(BoxWriter w, ParameterSets parameters, int width, int height, DateTimeOffset created)
    {
        var creation = (ulong)(created.ToUnixTimeSeconds() + SecondsFrom1904To1970);
        using (w.Begin("ftyp"))
        {
            w.Ascii("isom");
            w.U32(512);
            w.Ascii("isomiso5iso6mp41");
        }

        using (w.Begin("moov"))
        {
            using (w.BeginFull("mvhd", 1, 0))
            {
                w.U64(creation);
                w.U64(creation);
                w.U32(Timescale);
                w.U64(0);
                w.U32(0x0001_0000); // rate 1.0
                w.U16(0x0100); // volume 1.0
                w.Zeros(10);
                Matrix(w);
                w.Zeros(24);
                w.U32(TrackId + 1);
            }

            using (w.Begin("trak"))
            {
                using (w.BeginFull("tkhd", 1, 3)) // enabled, in movie
                {
                    w.U64(creation);
                    w.U64(creation);
                    w.U32(TrackId);
                    w.U32(0);
                    w.U64(0);
                    w.Zeros(16);
                    Matrix(w);
                    w.U32((uint)width << 16);
                    w.U32((uint)height << 16);
                }

                Media(w, parameters, width, height, creation);
            }

            using (w.Begin("mvex"))
            {
                using (w.BeginFull("trex", 0, 0))
                {
                    w.U32(TrackId);
                    w.U32(1); // sample description
                    w.Zeros(12);
                }
            }
        }
    }

    private static void Media(BoxWriter w, ParameterSets parameters, int width, int height, ulong creation)
    {
        using (w.Begin("mdia"))
        {
            using (w.BeginFull("mdhd", 1, 0))
            {
                w.U64(creation);
                w.U64(creation);
                w.U32(Timescale);
                w.U64(0);
                w.U16(0x55C4); // language "und"
                w.U16(0);
            }

            using (w.BeginFull("hdlr", 0, 0))
            {
                w.U32(0);
                w.Ascii("vide");
                w.Zeros(12);
                w.Ascii("Rig camera\0");
            }

            using (w.Begin("minf"))
            {
                using (w.BeginFull("vmhd", 0, 1))
                {
                    w.Zeros(8);
                }

                using (w.Begin("dinf"))
                {
                    using (w.BeginFull("dref", 0, 0))
                    {
                        w.U32(1);
                        using (w.BeginFull("url ", 0, 1)) // media is in this file
                        {
                        }
                    }
                }

                using (w.Begin("stbl"))
                {
                    using (w.BeginFull("stsd", 0, 0))
                    {
                        w.U32(1);
                        SampleEntry(w, parameters, width, height);
                    }

                    // Samples are in the fragments; the tables here are empty.
                    foreach (var table in new[] { "stts", "stsc", "stco" })
                    {
                        using (w.BeginFull(table, 0, 0))
                        {
                            w.U32(0);
                        }
                    }

                    using (w.BeginFull("stsz", 0, 0))
                    {
                        w.U32(0);
                        w.U32(0);
                    }
                }
            }
        }
    }

    private static void SampleEntry(BoxWriter w, ParameterSets parameters, int width, int height)
    {
        var h265 = parameters.Codec == VideoCodec.H265;
        using (w.Begin(h265 ? "hvc1" : "avc1"))
        {
            w.Zeros(6);
            w.U16(1); // data reference
            w.Zeros(16);
            w.U16((ushort)width);
            w.U16((ushort)height);
            w.U32(0x0048_0000); // 72 dpi
            w.U32(0x0048_0000);
            w.U32(0);
            w.U16(1); // one frame a sample
            w.Zeros(32);
            w.U16(0x0018);
            w.U16(0xFFFF);
            using (w.Begin(h265 ? "hvcC" : "avcC"))
            {
                w.Bytes(parameters.ToDecoderConfiguration());
            }

            using (w.Begin("colr"))
            {
                w.Ascii("nclx");
                w.U16(1); // BT.709 primaries, transfer, matrix
                w.U16(1);
                w.U16(1);
                w.U8(0); // limited range
            }

            using (w.Begin("pasp"))
            {
                w.U32(1);
                w.U32(1);
            }
        }
    }

    private static void Matrix(BoxWriter w)
    {
        foreach (var value in new uint[] { 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000 })
        {
            w.U32(value);
        }
    }
}
