using Stoa.Core.Accounts;
using Xunit;

namespace Unit.Identity;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("+1 (555) 010-0199", "+15550100199")]
    [InlineData("0049 30 1234567", "+49301234567")]
    [InlineData("555.010.0199", "5550100199")]
    [InlineData(" 030/1234567 ", "0301234567")]
    [InlineData("+123456789012345", "+123456789012345")]
    [InlineData("+44 (0)20 7946 0018", "+442079460018")]
    [InlineData("0049 (0)30 1234567", "+49301234567")]
    [InlineData("+39 06 1234567", "+39061234567")]
    [InlineData("+1 555 0100", "+15550100")]
    [InlineData("١٢٣٤٥٦٧", "1234567")]
    [InlineData("+९१ ९८७६५ ४३२१०", "+919876543210")]
    public void Every_spelling_comes_to_one_form(string written, string kept)
    {
        Assert.Equal(kept, PhoneNumber.Normalize(written));
        Assert.Equal(kept, PhoneNumber.Normalize(kept));
    }

    [Theory]
    [InlineData("")]
    [InlineData("call me")]
    [InlineData("1234")]
    [InlineData("+0151234567")]
    [InlineData("+1234567890123456")]
    [InlineData("12+34567")]
    public void What_is_no_number_is_none(string written) => Assert.Null(PhoneNumber.Normalize(written));
}
