using System.Reflection;
using System.Runtime.CompilerServices;
using Rig.Domain.Match;
using Rig.Ingest.Stitch.Geometry;
using Rig.Media;

namespace Rig.Tests.Stitch;

/// <summary><c>with</c> copies every field of a record, and so also what was derived from the values that it changes.</summary>
public sealed class DerivedValuesTests
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void A_changed_lens_derives_its_limit_again()
    {
        var lens = CameraLens.Equidistant(960, 540, 1.2);
        Assert.Equal(1.55, lens.AngleMax, 2);

        CameraLens[] changed =
        [
            lens with { D = [0.1, -0.6, 0, 0] },
            lens with { D = [-0.5, 0, 0, 0] },
            lens with { Model = LensModel.BrownConrady, D = [-0.4, 0, 0, 0, 0] },
            lens with { Model = LensModel.BrownConrady, D = [0, 0, 0, 0, 0] },
            (lens with { D = [0.1, -0.6, 0, 0] }).Resized(480, 270),
        ];

        foreach (var one in changed)
        {
            var again = new CameraLens(one.Model, one.Width, one.Height, one.Fx, one.Fy, one.Cx, one.Cy, one.D);
            Assert.Equal(again.AngleMax, one.AngleMax);
            Assert.NotEqual(lens.AngleMax, one.AngleMax);
            Assert.Equal(again, one);
        }
    }

    [Fact]
    public void Lenses_are_equal_by_their_terms_whether_used_or_not()
    {
        var (used, unused) = (CameraLens.Equidistant(960, 540, 1.2), CameraLens.Equidistant(960, 540, 1.2));
        _ = used.AngleMax;
        Assert.Equal(unused, used);
        Assert.Equal(unused.GetHashCode(), used.GetHashCode());
        Assert.NotEqual(unused, used with { D = [0.1, 0, 0, 0] });
    }

    [Theory]
    [InlineData(typeof(PanoramaGeometry))]
    [InlineData(typeof(CameraLens))]
    [InlineData(typeof(MediaFacts))]
    public void No_record_copies_a_derived_value(Type one)
    {
        var wrong = one.Assembly.GetTypes().Where(IsRecord).Where(t => !CopiesByHand(t))
            .SelectMany(t => t.GetFields(Own), (t, field) => (Type: t, Field: field))
            .Where(x => !IsSettable(x.Type, x.Field)).Select(x => $"{x.Type.FullName}.{x.Field.Name}");

        Assert.Empty(wrong);
    }

    /// <summary>One in which <c>with</c> can set something.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Own) is not null && type.GetProperties(Own).Any(property => property.SetMethod is not null);

    private static bool CopiesByHand(Type type) =>
        type.GetConstructor(Own, [type]) is { } copy && !copy.IsDefined(typeof(CompilerGeneratedAttribute));

    /// <summary>Whether <c>with</c> can set it: what can be said beside the rest is no derived value.</summary>
    private static bool IsSettable(Type type, FieldInfo field) =>
        field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
        && type.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)], Own)?.SetMethod is not null;
}
